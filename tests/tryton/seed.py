"""Open this when you ask what stands in the Tryton of the tests: a company, its customers, what they were sold.

Run by the Python of .venv-tryton, never by ours: ``python seed.py trytond.conf DATABASE KEY``.
"""

import datetime
import sys
from decimal import Decimal

import proteus
from proteus import Model, Wizard
from trytond.exceptions import UserWarning

YEAR = 2026
RATES = {"20": "0.20", "25": "0.25", "0": "0"}
ITEMS = (
    ("COAT-38", "Wool coat, navy, 38", "9520000000011"),
    ("SCARF-1", "Scarf", "9520000000028"),
    ("VI-5", "Hand lens", "9520000000035"),
)
# INV-1001 and on: customer, day, lines of (item, units, price of one, rate)
INVOICES = (
    ("NORDSTAD", (3, 2), (("COAT-38", 10, "33.3333", "20"), ("COAT-38", 10, "33.33", "20"))),
    ("NORDSTAD", (3, 3), (("COAT-38", 24, "19.99", "20"), ("SCARF-1", 500, "7.0015", "20"))),
    ("NORDSTAD", (3, 3), (("VI-5", 10, "1", "20"),)),
    ("NORDSTAD", (3, 3), (("VI-5", 10, "1", "20"),)),
    ("LINDHAUS", (3, 4), (("COAT-38", 12, "49.95", "25"), ("SCARF-1", 7, "9.999", "0"), ("SCARF-1", 3, "12.5", "25"))),
)


def main(config_file, database, key):
    """Everything, once, in an empty database with the modules activated."""
    proteus.config.set_trytond(database=database, user="admin", config_file=config_file)
    company = a_company()
    accounts = a_chart(company)
    a_fiscal_year(company)
    taxes = {rate: a_tax(rate, value, accounts, company) for rate, value in RATES.items()}
    products = the_products(accounts, taxes["20"])
    customers = {code: a_customer(code, accounts) for code in ("NORDSTAD", "LINDHAUS")}
    for customer, (month, day), lines in INVOICES:
        an_invoice(customers[customer], datetime.date(YEAR, month, day), lines, products, taxes)
    a_store(customers["NORDSTAD"], "0042")
    a_location("DMG", "Damaged")
    close_january(company)
    a_user_with_a_key("backhaul", ["Accounting", "Sales", "Stock"], company, key)
    a_user_with_a_key("visitor", [], company, f"{key}-of-a-visitor")
    a_key_of_the_clerk(f"{key}-of-the-clerk")


def a_company():
    Currency, Party = Model.get("currency.currency"), Model.get("party.party")
    pounds = Currency(name="Pound Sterling", code="GBP", symbol="£", rounding=Decimal("0.01"), digits=2)
    pounds.rates.new(rate=Decimal(1), date=datetime.date(YEAR - 1, 1, 1))
    pounds.save()
    party = Party(name="Wickham & Rowe Ltd", code="WR01")
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party = party
    wizard.form.currency = pounds
    wizard.execute("add")
    proteus.config.get_config()._context = Model.get("res.user").get_preferences(True, {})
    (company,) = Model.get("company.company").find()
    return company


def a_chart(company):
    Template, Data, Account = (
        Model.get(name) for name in ("account.account.template", "ir.model.data", "account.account")
    )
    config = proteus.config.get_config()
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = Template(Data.get_id("account.account_template_root_en", config.context))
    wizard.form.company = company
    wizard.execute("create_account")

    def first(*domain):
        return Account.find([*domain, ("company", "=", company.id), ("closed", "!=", True)], limit=1)[0]

    accounts = {kind: first((f"type.{kind}", "=", True)) for kind in ("receivable", "payable", "revenue", "expense")}
    accounts["tax"] = first(("code", "=", "6.3.6"))
    for form, kind in (("account_receivable", "receivable"), ("account_payable", "payable")):
        setattr(wizard.form, form, accounts[kind])
    for kind in ("expense", "revenue"):
        setattr(wizard.form, f"category_account_{kind}", accounts[kind])
    wizard.execute("create_properties")
    return accounts


def a_fiscal_year(company):
    Year, Sequence, Kind = (
        Model.get(name) for name in ("account.fiscalyear", "ir.sequence.strict", "ir.sequence.type")
    )

    def sequence(kind, **values):
        made = Sequence(sequence_type=Kind.find([("name", "=", kind)], limit=1)[0], company=company, **values)
        made.save()
        return made

    year = Year(name=str(YEAR), company=company)
    year.start_date, year.end_date = datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31)
    year.move_sequence = sequence("Account Move", name="Moves")
    invoices = sequence("Invoice", name="Invoices", prefix="INV-", number_next=1001)
    notes = sequence("Invoice", name="Credit notes", prefix="CN-", padding=6)
    (numbers,) = year.invoice_sequences
    numbers.out_invoice_sequence = numbers.in_invoice_sequence = invoices
    numbers.out_credit_note_sequence = numbers.in_credit_note_sequence = notes
    year.save()
    year.click("create_period")


def a_tax(name, rate, accounts, company):
    tax = Model.get("account.tax")(name=f"VAT {name} %", description=f"VAT {name} %", type="percentage")
    tax.rate, tax.company = Decimal(rate), company
    tax.invoice_account = tax.credit_note_account = accounts["tax"]
    tax.save()
    return tax


def the_products(accounts, tax):
    Category, Unit, Template = (Model.get(name) for name in ("product.category", "product.uom", "product.template"))
    category = Category(name="Clothes", accounting=True)
    category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
    category.customer_taxes.append(tax)
    category.save()
    (unit,) = Unit.find([("name", "=", "Unit")])

    def product(code, name, ean):
        template = Template(
            name=name, default_uom=unit, type="goods", list_price=Decimal(40), account_category=category
        )
        template.salable, template.sale_uom = True, unit
        (one,) = template.products
        one.suffix_code = code
        one.identifiers.new(type="ean", code=ean)
        template.save()
        return template.products[0]

    return {code: product(code, name, ean) for code, name, ean in ITEMS}


def a_customer(code, accounts):
    party = Model.get("party.party")(name=code.title(), code=code)
    party.account_receivable, party.account_payable = accounts["receivable"], accounts["payable"]
    party.save()
    return party


def a_store(customer, code):
    """An address of its own, found by the code that the retailer gives its store."""
    address = Model.get("party.address")(party=customer, party_name=f"Store {code}", city="Leeds", delivery=True)
    address.save()
    Model.get("party.identifier")(party=customer, address=address, code=code).save()


def a_location(code, name):
    Location = Model.get("stock.location")
    (storage,) = Location.find([("code", "=", "STO")])
    Location(name=name, code=code, type="storage", parent=storage).save()


def an_invoice(customer, day, lines, products, taxes):
    invoice = Model.get("account.invoice")(type="out")
    invoice.party, invoice.invoice_date = customer, day
    for item, units, price, rate in lines:
        line = invoice.lines.new(product=products[item])
        line.quantity, line.unit_price = units, Decimal(price)
        while line.taxes:
            line.taxes.pop()
        line.taxes.append(Model.get("account.tax")(taxes[rate].id))
    invoice.save()
    try:
        invoice.click("post")
    except UserWarning as asked:  # not every line has its item's usual tax
        Model.get("res.user.warning")(user=proteus.config.get_config().user, name=asked.name, always=True).save()
        invoice.click("post")


def close_january(company):
    Period = Model.get("account.period")
    (january,) = Period.find([("start_date", "=", datetime.date(YEAR, 1, 1)), ("company", "=", company.id)])
    january.click("close")


def a_user_with_a_key(login, groups, company, key):
    User, Group, Application = (Model.get(name) for name in ("res.user", "res.group", "res.user.application"))
    user = User(name=login.title(), login=login)
    user.companies.append(Model.get("company.company")(company.id))
    user.company = company
    for group in Group.find([("name", "in", groups)]):
        user.groups.append(group)
    user.save()
    Application(user=user, application="rest", key=key).save()


def a_key_of_the_clerk(key):
    """Of the one who sells and ships: the administrator, who has every group."""
    User, Application = Model.get("res.user"), Model.get("res.user.application")
    (admin,) = User.find([("login", "=", "admin")])
    Application(user=admin, application="rest", key=key).save()


if __name__ == "__main__":
    main(*sys.argv[1:])
