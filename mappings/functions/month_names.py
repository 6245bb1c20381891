"""Open this when a month's name is not known: the names of months, whole and short, in the languages of partners.

English, German, French, Swedish, Danish, Norwegian, Finnish, Dutch, Spanish, Italian and Polish so far.
"""

import unicodedata

# From January on. Capitals and accents make no difference.
_NAMES = (
    "jan januar january januari jänner janv janvier tammi tammikuu tammikuuta ene enero gen gennaio sty styczeń "
    "stycznia",
    "feb februar february februari févr fév février helmi helmikuu helmikuuta febrero febbraio lut luty lutego",
    "mar march mär mrz märz maerz mars mrt maart marts maalis maaliskuu maaliskuuta marzo marzec marca",
    "apr april avr avril huhti huhtikuu huhtikuuta abr abril aprile kwi kwiecień kwietnia",
    "may mai maj mei mayo mag maggio maja touko toukokuu toukokuuta",
    "jun june juni juin kesä kesäkuu kesäkuuta junio giu giugno cze czerwiec czerwca",
    "jul july juli juil juillet heinä heinäkuu heinäkuuta julio lug luglio lip lipiec lipca",
    "aug august augusti augustus août elo elokuu elokuuta ago agosto sie sierpień sierpnia",
    "sep sept september septembre syys syyskuu syyskuuta septiembre setiembre set settembre wrz wrzesień września",
    "oct october oktober okt octobre loka lokakuu lokakuuta octubre ott ottobre paź październik października",
    "nov november novembre marras marraskuu marraskuuta noviembre lis listopad listopada",
    "dec december dez dezember des desember déc décembre joulu joulukuu joulukuuta dic diciembre dicembre gru grudzień "
    "grudnia",
)
MONTHS = frozenset(name for names in _NAMES for name in names.split())


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()


_MONTH_OF = {_plain(name): month for month, names in enumerate(_NAMES, start=1) for name in names.split()}


def month_named(name: str) -> int:
    """The month of this name, from 1; 0 for what is none.

    >>> month_named("März"), month_named("AOUT"), month_named("marble")
    (3, 8, 0)
    """
    return _MONTH_OF.get(_plain(name), 0)
