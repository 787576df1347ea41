"""The order of words about time in English, and what both languages write alike."""

from __future__ import annotations

from bot.rollout.wishes import makers as make
from bot.rollout.wishes.patterns import Pattern
from bot.rollout.wishes.wish import Problem

_END = r"(?:st|nd|rd|th)"
_N = r"(?P<n>\d{1,3})"
_UNIT = r"(?P<unit>days?|weeks?|wks?|months?|years?)\b"
_SHORT = r"(?P<unit>hours?|hrs?|minutes?|mins?)\b"
_THE = r"(?:the )?"
_AMPM = r"\s?(?:(?P<am>a\.?m\b\.?)|(?P<pm>p\.?m\b\.?))"
_EVERY = r"(?:every|each|per|a|1|once every|once each)"
_TO = r"\s?(?:to|-|~|until|till|and|through|thru|till)\s?"
_FIRST_CLOCK = r"(?P<h>\d{1,2})(?:[:.](?P<min>\d{2}))?\s?(?:(?P<am>a\.?m\b\.?)|(?P<pm>p\.?m\b\.?))?"
_SECOND_CLOCK = (
    r"(?P<h2>\d{1,2})(?:[:.](?P<min2>\d{2}))?"
    r"(?:\s?(?:(?P<am2>a\.?m\b\.?|in the morning)|(?P<pm2>p\.?m\b\.?|in the (?:afternoon|evening)|at night)))?(?![\d:/%])"
)
_CLOCK_SIGNS = ("at", "around", "about", "by", "say", "after", "before", "until", "till", "from")
_BEFORE_CLOCK = "(?:" + "|".join(rf"(?<=\b{each} )" for each in _CLOCK_SIGNS) + "|(?<=@))"
#: "may" and "march" are months only behind these.
_MONTH_SIGNS = ("in", "until", "till", "from", "by", "all", "every", "each", "over", "after", "before", "start", "during")
_BEFORE_MONTH = "(?:^|(?<=\0)|" + "|".join(rf"(?<=\b{each} )" for each in _MONTH_SIGNS) + ")"
_RANGE = r"\s?(?:-|~|to|until|till|through)\s?"
_FROM_NOW = r"(?:from now|from today|from tomorrow|later|after that|time|on from now)"
_WEEKDAY_LIST = r"<weekday>(?:\s?(?:,? and|,|&|\+|/|・|、|と)\s?<weekday2>)+"

ENGLISH: tuple[Pattern, ...] = (
    (r"<past_days>(?:の?<weekday>)?(?! (?:of|in)\b)", make.wrong(Problem.PAST)),
    # Rules.
    (r"<public_holidays>", make.mark("public_holidays")),
    (r"<always>", make.mark("always")),
    (r"<all_week>", make.these_weekdays(make.ALL_WEEK)),
    (r"(?:every|each) year|yearly|annually|year after year|every single year", make.mark("yearly")),
    (r"(?:every|each) (?=<month>|<holiday>)", make.mark("yearly")),
    (_THE + r"(?:(?P<last>last)|(?P<nth>\d)" + _END + r") <weekday> (?:of|in) (?:the|every|each) month", make.nth_rule),
    (r"(?:every|each) month on " + _THE + r"(?:(?P<last>last)|(?P<nth>\d)" + _END + r") <weekday>", make.nth_rule),
    (r"(?:every|each) (?P<n>\d)" + _END + r" (?=<weekday>)", make.weekly),
    (r"(?:every|each) (?P<n>\d)" + _END + r" (?P<unit>day|week|month)\b", make.repeated),
    (r"(?:(?:every|each) (?:other|alternate|second)|alternate) (?=<weekday>)", make.rule("WEEKLY", 2)),
    (r"(?:every|each) (?:other|alternate|second) week|alternate weeks|fortnightly|bi-?weekly|every fortnight", make.rule("WEEKLY", 2)),
    (r"once (?:in |every |each |per )?(?:fortnight|2 weeks)", make.rule("WEEKLY", 2)),
    (r"(?:every|each) (?:other|alternate|second) month|bi-?monthly", make.rule("MONTHLY", 2)),
    (r"(?:every|each) (?:other|alternate|second) day", make.rule("DAILY", 2)),
    (r"(?:once )?(?:every|each|per|a|1) quarter|quarterly|once (?:a|1|every) quarter", make.rule("MONTHLY", 3)),
    (r"(?:at |on )?" + _THE + r"<place> of (?:every|each) month", make.monthly_place),
    (
        r"(?:on )?" + _THE + r"\d{1,2}" + _END + r"(?:\s?(?:,|and|&)\s?(?:the )?\d{1,2}" + _END + r")+(?: of (?:every|each|the) month)?",
        make.month_day_list,
    ),
    (r"(?:on )?" + _THE + r"(?P<d>\d{1,2})" + _END + r"(?: day)? (?:of|in) (?:every|each) month", make.monthly_on),
    (r"(?:on )?" + _THE + r"(?P<d>\d{1,2})" + _END + r" of the month(?=.*(?:every|each) month)", make.monthly_on),
    (r"(?:every|each) (?P<d>\d{1,2})" + _END + r" (?:of|in) (?:the|every|each) month", make.monthly_on),
    (r"(?:every|each) month on " + _THE + r"(?P<d>\d{1,2})" + _END, make.monthly_on),
    (r"(?P<n>once|twice|\d{1,2} times?|\d{1,2}x) " + _EVERY + r" (?P<unit>day|week|month|year)\b", make.times_in),
    (r"(?:once )?(?:every|each) (?:single )?" + _N + r" " + _UNIT, make.repeated),
    (r"(?:once )?(?:every|each) (?=morning)|\b(?:every|each) (?=evening|night|afternoon|lunchtime)", make.rule("DAILY")),
    (r"(?:every|each)(?: single)? day|daily|everyday", make.rule("DAILY")),
    (r"(?:every|each)(?: single)? week(?!day|end)|weekly|wekly|once (?:a|1|every) week", make.rule("WEEKLY")),
    (r"(?:every|each)(?: single)? month|monthly", make.rule("MONTHLY")),
    (r"(?:every|each)(?: single)? (?=<weekday>|weekday|working day|business day|weekend)", make.mark("every")),
    # Days.
    (r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})", make.full_date),
    (r"<month>\.? (?P<d>\d{1,2})" + _END + r"?,? (?P<y>20\d\d)\b", make.full_date),
    (r"\b(?P<d>\d{1,2})" + _END + r"?(?: of)? <month>,? (?P<y>20\d\d)\b", make.full_date),
    (r"\b(?P<d>\d{1,2})" + _END + r"?" + _RANGE + r"(?P<d2>\d{1,2})" + _END + r"?(?: of)? <month>", make.days_from_to),
    (
        r"<month>\.? (?P<d>\d{1,2})" + _END + r"?" + _RANGE + r"(?P<d2>\d{1,2})" + _END + r"?(?![\d:/])(?! ?(?:am|pm))",
        make.days_from_to,
    ),
    (_THE + r"1st " + _N + r" weeks? (?:of|in) <month>", make.weeks_of_month),
    (
        _THE + r"(?:(?P<last>last)|(?P<nth>\d)" + _END + r") <weekday> (?:of|in) (?:<month>|<away>)",
        make.nth_of_month,
    ),
    (r"<month>\.? (?:the )?(?P<d>\d{1,2})" + _END + r"?(?![\d:])(?!\s?(?:am|pm)\b)", make.month_and_day),
    (r"\b(?P<d>\d{1,2})" + _END + r"?(?: of)? <month>", make.month_and_day),
    (r"(?<![\d:])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/(?P<y>20\d\d|\d\d))?(?!\d)", make.slashed),
    (_THE + r"(?P<d>\d{1,2})" + _END + r" (?:of|in) <away>", make.day_of_named_month),
    (_THE + r"<place> (?:of |in )?<away>", make.place_of_month),
    (_THE + r"(?!start in|end in)<place>(?: of| in)?[ -]<month>", make.place_of_month),
    (_THE + r"<place> (?:of |in )?<week>", make.place_of_week),
    (_THE + r"<place> of (?:the )?week", make.place_of_week),
    (r"<place> <away>", make.place_of_month),
    (r"<month>\s?(?:to|-|~|until|through|and|&)\s?<month2>", make.months_together),
    (r"<new_year_comes>", make.after_new_year),
    (r"<feast>", make.feast_day),
    (r"<holiday>", make.holiday),
    (r"(?:in )?" + _N + r" " + _UNIT + r"(?:'s?)?(?: time)? ?" + _FROM_NOW, make.length_of),
    (r"\bin (?:about |around )?" + _N + r" " + _UNIT + r"(?:'s?)?(?: time)?", make.length_of),
    (r"<day>", make.counted_day),
    (r"<tonight>", make.tonight),
    (r"<weekday> week\b|week on <weekday2>", make.weekday_and_a_week),
    (r"<weekday>,? (?:of )?<week>|<week2>,? (?:on )?<weekday2>", make.weekday_beside_week),
    (r"(?:next|following) <weekday>", make.next_weekday),
    (r"(?:this|coming|this coming) <weekday>", make.nearest_weekday),
    (r"next weekend", make.next_weekend),
    (r"(?:this|the|at the|on the|over the) weekend", make.weekend_of_week),
    (r"<week>", make.whole_week),
    (r"<away>(?!s)", make.whole_month),
    (r"<years>", make.next_year),
    (
        r"(?:(?:in|give me|give us|for|wait|after) )?(?:about )?" + _N + r"\s?(?:more )?" + _SHORT + r"(?:'s?)?(?: time| later| from now)?",
        make.moment_later,
    ),
    (r"\b" + _N + r" " + _UNIT + r"(?:'s?)?", make.plain_length),
    (r"\b(?:the )?(?P<d>\d{1,2})" + _END + r"\b", make.day_of_month),
    # Times.
    (r"(?<![\d/:])" + _FIRST_CLOCK + _TO + _SECOND_CLOCK, make.window),
    (r"(?<![\d/])(?P<h>\d{1,2})[:.](?P<min>\d{2})" + r"(?:" + _AMPM + r")?", make.clock),
    (r"(?<![\d/])(?P<h>\d{1,2})" + _AMPM, make.clock),
    (r"(?<![\d/])(?P<h>\d{1,2})(?: ?o'?clock| ?ish)\b", make.clock),
    (_BEFORE_CLOCK + r"(?P<h>\d{1,2})(?![\d/:])(?! (?:day|week|month|more|of))", make.clock),
    (r"\b12 noon\b|\bat noon\b|\bnoon\b|\bmidday\b", make.fixed_clock(12)),
    # Days of the week and parts of the day.
    (r"<weekday>\s?(?:to|through|thru|-|~|until|till)\s?<weekday2>", make.weekday_range),
    (_WEEKDAY_LIST, make.weekdays(many=False)),
    (r"<weekday> (?=mornings|afternoons|evenings|nights|lunchtimes)", make.weekdays(many=True)),
    (r"<working_week>", make.these_weekdays(make.WORKING_WEEK)),
    (r"<weekend>", make.weekend),
    (r"<weekday>", make.weekdays()),
    (r"<part>", make.part),
    (_BEFORE_MONTH + r"<month>", make.whole_month),
    (r"(?!may\b|march\b)<month>", make.whole_month),
)
