"""Who must have left before another can come, as visits move one after the other.

A visit that takes time which another still has waits for it. Sets of visits are ints:
bit i is the one at position i.
"""

from collections.abc import Mapping, Sequence

from scheduling.timegrid.bitset import erode, positions, shift_down
from scheduling.visit_types.plan import Group

Waits = Mapping[int, int]  # by position: whom it waits for


def meeting(group: Group, held: int) -> int:
    """The starts at which the group's time would meet these cells."""
    starts = 0
    for begin, end in group.occupied:
        starts |= shift_down(~erode(~held, end - begin), begin)
    return starts


def leads_back(waits: Waits, index: int, others: int) -> bool:
    """Whether one of `others` waits, itself or through more of them, for `index`."""
    seen, new = 0, others
    while new:
        if new >> index & 1:
            return True
        seen |= new
        further = 0
        for i in positions(new):
            further |= waits.get(i, 0)
        new = further & ~seen
    return False


def in_turn(waits: Sequence[int]) -> list[int]:
    """The positions, each after all it waits for, otherwise in their order.

    Of those that wait for each other none can be done; their order is as it was.
    """
    left, done, order = list(range(len(waits))), 0, list[int]()
    while left:
        following = next((i for i in left if not waits[i] & ~done), left[0])
        left.remove(following)
        order.append(following)
        done |= 1 << following
    return order
