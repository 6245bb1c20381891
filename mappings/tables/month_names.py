"""The names of months as spreadsheets shorten them, in the languages of partners; add one that is missing here."""

_SHORT = """
jan feb mar apr may jun jul aug sep sept oct nov dec
jän mär mrz mai juni juli okt dez
janv févr mars avr juin juil août déc
maj aug
ene abr ago dic may mayo
gen mag giu lug set ott
mrt mei
tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
sty lut kwi maj cze lip sie wrz paź lis gru
des
"""
MONTHS = frozenset(_SHORT.split())
