# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when Tryton should know Backhaul's documents: one unique key on invoices, sales and customer returns.

What is registered stands in tryton.cfg.
"""
