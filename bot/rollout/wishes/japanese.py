"""The order of words about time in Japanese."""

from __future__ import annotations

from bot.rollout.wishes import makers as make
from bot.rollout.wishes.patterns import Pattern

_OF = r"(?:の|、|\s?no\s|\s)?"
_MONTH = r"(?:(?P<m>\d{1,2})月|<away>)"
_ABOUT = "(?:ほど|くらい|ぐらい|だけ)?"
_TIMES = r"(?:(?:に)?1[回度]|おき|ごと|毎)"
_UNIT = "(?P<unit>日間?|週間?|か月間?|年間?)"
_FROM_TO = r"\s?(?:から|より|~|-)\s?"

JAPANESE: tuple[Pattern, ...] = (
    (r"<new_year_comes>" + _OF + r"(?P<d>\d{1,2})日", make.january),
    (r"(?P<y>20\d\d)年" + _OF + r"(?P<m>\d{1,2})月(?P<d>\d{1,2})日", make.full_date),
    (r"(?P<m>\d{1,2})月(?P<d>\d{1,2})日", make.month_and_day),
    (r"年末(?!年始)|年内", make.end_of_year),
    (r"<new_year_comes>", make.after_new_year),
    (r"<public_holidays>", make.mark("public_holidays")),
    # Rules.
    (_MONTH + _OF + r"第(?P<nth>\d)(?:週の?)?<weekday>", make.nth_of_month),
    (_MONTH + _OF + r"(?P<last>最終|最後の)<weekday>", make.nth_of_month),
    (r"(?:毎月)?" + _OF + r"(?P<nths>第\d(?:\s?[・、と,]\s?第?\d)*)(?:週の?)?<weekday>", make.nth_rule),
    (r"(?:毎月)?" + _OF + r"(?P<last>最終|最後の)<weekday>", make.nth_rule),
    (r"毎年", make.mark("yearly")),
    (r"毎月" + _OF + r"<place>", make.monthly_place),
    (r"(?:毎月" + _OF + r")?\d{1,2}日\s?[・、と]\s?\d{1,2}日", make.month_day_list),
    (r"毎月" + _OF + r"(?P<d>\d{1,2})日", make.monthly_on),
    (r"月" + _OF + r"<place>(?=.*毎月)", make.monthly_place),
    (r"毎(?=朝|晩|夜|夕|昼)", make.rule("DAILY")),
    (r"毎日|mainichi|まいにち|日々", make.rule("DAILY")),
    (r"毎週|まいしゅう|maishuu|maishu|各週|週ごと", make.rule("WEEKLY")),
    (r"隔週|1週おき|1週間おき|1週ごとに交互", make.rule("WEEKLY", 2)),
    (r"毎月|まいつき|maitsuki|月ごと", make.rule("MONTHLY")),
    (r"隔月", make.rule("MONTHLY", 2)),
    (r"4半期(?:に1[回度]|ごと)?", make.rule("MONTHLY", 3)),
    (r"(?P<n>\d{1,3})" + _UNIT + r"(?:くらい|ぐらい|ほど)?" + _TIMES, make.repeated),
    (r"(?P<unit>[日週月年])(?:に|間に)?(?P<n>\d{1,2})(?:[回度]|(?=で|に|く|ぐ|の|、|$|ペ|が|だ|は))(?!分|時|日)", make.times_in),
    # Days.
    (r"(?P<n>\d{1,3})(?P<unit>時間|分)(?P<half>半)?" + _ABOUT + r"(?:後|あと|のち|したら|たったら|待|ずら|ほしい|$)", make.moment_later),
    (r"(?P<n>\d{1,3})" + _UNIT + _ABOUT + r"(?:後|あと|のち|してから|したら|たったら|先|(?=ずら|延|のば|遅ら|待|置))", make.length_of),
    (r"<week>" + _OF + r"<weekday>", make.weekday_of_week),
    (r"<week>" + _OF + r"(?:週末|末)", make.weekend_of_week),
    (r"<week>" + _OF + r"<place>", make.place_of_week),
    (r"週明け", make.next_monday),
    (r"(?:今度|次)" + _OF + r"<weekday>", make.nearest_weekday),
    (r"<away>" + _OF + r"(?P<d>\d{1,2})日", make.day_of_named_month),
    (_MONTH + _OF + r"<place>", make.place_of_month),
    (r"月" + _OF + r"<place>", make.place_of_month),
    (r"(?P<m>\d{1,2})月" + r"\s?(?:と|・|、|から|~|-)\s?" + r"(?P<m2>\d{1,2})月", make.months_together),
    (r"(?P<m>\d{1,2})月(?!\d)", make.whole_month),
    (r"<weekday>日?" + r"\s?(?:から|~|-)\s?" + r"<weekday2>日?", make.weekday_range),
    (r"(?P<n>\d{1,3})" + _UNIT, make.plain_length_or_day),
    # Times.
    (
        r"(?P<am>午前)?(?P<pm>午後)?" + _OF + r"(?P<h>\d{1,2})(?:時|:)(?:(?P<min>\d{2})分?|(?P<half>半))?(?:\s?ごろ|頃)?"
        + _FROM_TO
        + r"(?P<am2>午前)?(?P<pm2>午後)?(?P<h2>\d{1,2})(?:時|:)(?:(?P<min2>\d{2})分?|(?P<half2>半))?",
        make.window,
    ),
    (r"(?P<h>\d{1,2})\s?(?:~|-)\s?(?P<h2>\d{1,2})時", make.window),
    (r"(?P<am>午前)?(?P<pm>午後)?" + _OF + r"(?P<h>\d{1,2})時(?!間)(?:(?P<half>半)|(?P<min>\d{1,2})分)?", make.clock),
)

#: Tried after the English ones: words that stand for little by themselves.
LATE_JAPANESE: tuple[Pattern, ...] = (
    (r"(?<![0-9年月])[月火水木金土日](?:[・、,と\s]?[月火水木金土日])+(?!本|常|間|付|程)(?:曜日?)?", make.letters),
    (r"(?<=毎週)[月火水木金土日]", make.letters),
)
