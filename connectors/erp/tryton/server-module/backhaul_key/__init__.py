# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when Tryton should know Backhaul's credit notes: one unique key on invoices, and nothing else.

What is registered stands in tryton.cfg.
"""
