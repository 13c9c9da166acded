"""Orders: of ids as a person would have them, of interactions by user, time and row, and of those of one time."""

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.recommender import Int32Array, Int64Array, Sequences, TimeArray

WORD_BITS = 64
PIECE = 2**14
"""Values whose words are made at once: 128 KiB."""


def natural_order(ids: StrArray) -> Int64Array:
    """Returns the permutation that puts distinct ids into natural order, whatever order they came in.

    It is the one that a person would choose: 2 before 10, a2 before a10. Ids that it can't tell apart ("7" and "007")
    follow plain string order.
    """
    if _are_ascending_integers(ids):  # as an encoder that counts them gives them
        return np.arange(len(ids))
    numbers = _plain_integers(ids)
    if numbers is not None:
        return np.argsort(numbers)
    return _natsort_order(ids)


def are_digits(ids: StrArray) -> bool:
    """Whether ids have no characters but the digits 0 to 9."""
    characters = np.ascontiguousarray(ids).view(np.uint32)  # those behind the end of an id are 0
    return bool(((characters - np.uint32(ord("0")) <= 9) | (characters == 0)).all())


def _are_ascending_integers(ids: StrArray) -> bool:
    """Whether each is a non-negative integer written the one plain way, and greater than the one before it."""
    if not are_digits(ids):
        return False
    lengths = np.char.str_len(ids)
    growth = np.diff(lengths)
    is_greater = (growth > 0) | ((growth == 0) & (ids[1:] > ids[:-1]))
    begins_with_zero = (lengths > 1) & np.char.startswith(ids, "0")
    return bool(is_greater.all() and not begins_with_zero.any() and (lengths > 0).all())


def _plain_integers(ids: StrArray) -> Int64Array | None:
    """The ids as numbers if each is a non-negative integer written the one plain way, else None."""
    try:
        numbers = ids.astype(np.int64)
    except (ValueError, OverflowError):
        return None
    plain = bool(np.all(numbers >= 0)) and np.array_equal(numbers.astype(np.str_), ids)
    return numbers if plain else None


def _natsort_order(ids: StrArray) -> Int64Array:
    from natsort import natsort_keygen

    key = natsort_keygen()
    strings = ids.tolist()
    return np.array(sorted(range(len(ids)), key=lambda i: (key(strings[i]), strings[i])), dtype=np.int64)


def order_by_user_and_time(users: Int32Array, times: TimeArray) -> Int64Array:
    """Returns the permutation by (user, time); rows of one user and time stay in their order.

    By time first and then by user, which keeps the first order within a user. np.lexsort does the same, but sorts
    indirectly, which takes several times as long.
    """
    by_time = (
        np.argsort(times, kind="stable")
        if times.dtype.kind == "f"
        else stable_argsort(times.astype(np.int64, copy=False))
    )
    by_user = stable_argsort(users.take(by_time, mode="clip"))
    return by_time.take(by_user, mode="clip")  # "clip" spares the check of bounds


def stable_argsort(values: npt.NDArray[np.signedinteger]) -> Int64Array:
    """Returns what ``np.argsort(values, kind="stable")`` does, by direct sorts of 64-bit words.

    A word holds a value's distance from the least value in its upper bits and its position in the lower ones, so that
    equal values stay in order and the sorted words are the answer. Where distances leave no room for positions, they
    are cut into digits that do; the values are then sorted by each digit in turn, the lowest first.
    """
    position_bits = len(values).bit_length()
    digit_bits = WORD_BITS - position_bits
    least, greatest = int(values.min()), int(values.max())
    order = np.arange(len(values))
    for shift in range(0, (greatest - least).bit_length(), digit_bits):
        digits = values if shift == 0 else values.take(order, mode="clip")
        words = digits.astype(np.int64).view(np.uint64)  # a copy
        for start in range(0, len(words), PIECE):  # pieces stay in the processor's cache
            piece = words[start : start + PIECE]
            piece -= np.int64(least).view(np.uint64)  # modulo 2^64: the distance may be too great for an int64
            piece >>= np.uint64(shift)
            piece <<= np.uint64(position_bits)
            piece |= np.arange(start, start + len(piece), dtype=np.uint64)
        words.sort()
        words &= np.uint64(2**position_bits - 1)
        positions = words.view(np.int64)
        order = positions if shift == 0 else order.take(positions, mode="clip")
    return order


def reverse_ties(sequences: Sequences) -> Sequences:
    """The interactions of one user and time backwards."""
    return _order_ties(sequences, -np.arange(sequences.n_interactions))


def shuffle_ties(sequences: Sequences, seed: int) -> Sequences:
    """The interactions of one user and time in a random order, which the seed decides."""
    return _order_ties(sequences, np.random.default_rng(seed).random(sequences.n_interactions))


def sort_ties_by_item(sequences: Sequences, descending: bool) -> Sequences:
    """The interactions of one user and time by item number, which is the natural order of the raw ids."""
    return _order_ties(sequences, -sequences.items if descending else sequences.items)


def _order_ties(sequences: Sequences, keys: npt.NDArray[np.number]) -> Sequences:
    """Each user's interactions of one time by their keys, (n_interactions,), ascending; equal keys stay in order."""
    users, times = sequences.users, sequences.times
    begins = (np.diff(users, prepend=-1) != 0) | (np.diff(times, prepend=times[:1]) != 0)
    order = np.lexsort((keys, np.cumsum(begins)))
    return Sequences(sequences.items[order], times, sequences.offsets, sequences.n_items, sequences.tags)
