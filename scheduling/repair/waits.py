"""Dependencies among visits that move one after the other: who must have left first.

A visit that takes time which another still has waits for it. Sets of visits are ints:
bit i is the one at position i.
"""

from collections.abc import Sequence

from scheduling.timegrid.bitset import erode, shift_down
from scheduling.visit_types.plan import Group


def meeting(group: Group, held: int) -> int:
    """The starts at which the group's time would meet these cells."""
    starts = 0
    for begin, end in group.occupied:
        starts |= shift_down(~erode(~held, end - begin), begin)
    return starts


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
