"""How sure we are of what we show, from slices that were read again and compared.

source  the rule of three and the Wilson interval, as in any text on sampling: with no error among n, the share of
        errors is below 3/n with 95 % confidence
"""

import math

Z = 1.6449  # one-sided, 95 %


def surely_right(*, checked: int, wrong: int) -> float | None:
    """The share that is right at the least, with 95 % confidence; None where nothing was checked.

    raises  ValueError where more are wrong than were checked
    """
    if not 0 <= wrong <= checked:
        raise ValueError("more wrong than checked")
    if checked == 0:
        return None
    share = wrong / checked
    middle = share + Z * Z / (2 * checked)
    spread = Z * math.sqrt(share * (1 - share) / checked + Z * Z / (4 * checked * checked))
    worst = (middle + spread) / (1 + Z * Z / checked)
    return max(0.0, 1.0 - worst)
