"""Values that pretend to be something else: a link where none belongs, an advertising label.

Both look at the text as a reader sees it: full-width and circled letters count as plain ones.
"""

import re
import unicodedata
from typing import Final

# Domains that phones turn into links even without a path: those seen in messages of our markets
# and the common ones of spam. Words of everyday language (in, to, is, my …) need a path.
_COMMON: Final = (
    "com|net|org|info|biz|edu|gov|mil|int|vn|io|co|me|app|dev|xyz|top|shop|online|site|store|club|"
    "link|click|live|vip|icu|tk|ml|ga|cf|gq|cc|tv|ly|gl|gd|ru|cn|us|uk|eu|de|fr|jp|kr|sg|th|id|ph|"
    "mobi|asia|pro|page|web|tech|space|website|world|fun|win|bid|loan|work|life|today|news|chat|"
    "email|cloud|agency|group|global|digital|media|social|money|cash|bank|bet|casino|poker|"
    "games|game|party|cyou|rest|buzz|sbs|cfd|bond|quest|lol|pw|ws|su|nl|br|au|ca|hk|tw|eus|gle"
)
_COUNTRIES: Final = (
    "ac ad ae af ag ai al am ao aq ar as at aw ax az ba bb bd be bf bg bh bi bj bm bn bo bs bt bw "
    "by bz cd cg ch ci ck cl cm cr cu cv cw cx cy cz dj dk dm do dz ec ee eg er es et fi fj fk fm "
    "fo ge gf gg gh gi gm gn gp gr gs gt gu gw gy hm hn hr ht hu ie il im in iq ir is it je jm jo "
    "ke kg kh ki km kn kp kw ky kz la lb lc li lk lr ls lt lu lv ma mc md mg mh mk mm mn mo mp mq "
    "mr ms mt mu mv mw mx my mz na nc ne nf ng ni no np nr nu nz om pa pe pf pg pk pl pm pn pr ps "
    "pt py qa re ro rs rw sa sb sc sd se sh si sk sl sm sn so sr ss st sv sx sy sz tc td tf tg tj "
    "tl tm tn to tr tt tz ua ug uy uz va vc ve vg vi vu wf ye yt za zm zw"
).replace(" ", "|")
_NAME = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,30}://"
    r"|\b(?:https?|mailto|tel|smsto|sms|javascript|data|intent|market|ftp):\S"
    r"|\bwww\.\w"
    r"|\bxn--"
    rf"|(?<![\w.-])(?:{_NAME}\.)+(?:{_COMMON})(?![\w-]|\.\w)"
    rf"|(?<![\w.-])(?:{_NAME}\.)+(?:{_COMMON}|{_COUNTRIES})(?::[0-9]{{2,5}}\b|[/?#][^\s/?#])"
    rf"|(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?::[0-9]|/\w)"
)

_WORDS = (
    r"q\W?c|a\W?d|ads|adv|qu[aả]ng c[aá]o|advert|advertisement|sponsored|광고|广告|廣告|"
    r"publicidad|anuncio"
)
_LABELS = rf"(?:{_WORDS}|qc[- ]\w{{1,10}})"
_LABEL = re.compile(
    rf"[\[(<{{«‹【〔〈《「]\s*{_LABELS}\s*[\])>}}»›】〕〉》」]"
    rf"|^\W*{_LABELS}\s*(?::|\s[-–—|]\s)"
    # Alone, it is one as soon as the template's brackets or colon stand around its slot.
    rf"|^\W*(?:{_WORDS})\W*$"
)
_DOTS = str.maketrans("。｡․‧", "....")
# Without any of these nothing reads as a link or a label: most values have none.
_MAYBE_LINK = re.compile(r"\w\.\w|:|[^\x00-\u024f\u1e00-\u1eff]")
_MAYBE_LABEL = re.compile(r"[:\[(<{«‹]|\s[-–—|]|[^\x00-\u024f\u1e00-\u1eff]|^.{0,20}$")
# Of plain letters nothing else is a label: for patterns that let those pass unseen.
LABEL_ALONE: Final = rf"(?i:{_WORDS})"


def reads_as_link(text: str) -> bool:
    """Whether a phone would show `text` or a part of it as a link."""
    return bool(_MAYBE_LINK.search(text) and _LINK.search(_plain(text)))


def imitates_label(text: str) -> bool:
    """Whether `text` has an advertising label: bracketed anywhere, with a colon at its beginning,
    or alone."""
    return bool(_MAYBE_LABEL.search(text) and _LABEL.search(_plain(text)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_DOTS)).casefold()
