"""What people type or press in this room; nothing here decides who may, or saves."""

from counselling.forms.booking import BookForm, CarriedForm, WrittenForm
from counselling.forms.hours import BackForm, PeriodForm, RangeForm, StretchForm
from counselling.forms.offer import CounsellorForm, NewCounsellorForm, ServiceForm
from counselling.forms.times import TimeChoice, TimeFilterForm, TimeForm, wanted_from

__all__ = [
    "BackForm",
    "BookForm",
    "CarriedForm",
    "CounsellorForm",
    "NewCounsellorForm",
    "PeriodForm",
    "RangeForm",
    "ServiceForm",
    "StretchForm",
    "TimeChoice",
    "TimeFilterForm",
    "TimeForm",
    "WrittenForm",
    "wanted_from",
]
