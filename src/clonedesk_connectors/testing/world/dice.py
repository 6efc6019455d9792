"""Stateless random numbers: the same place in the world always rolls the same number."""

_MASK = (1 << 64) - 1


def mix(*parts: int) -> int:
    """Hash integers into one unsigned 64-bit number (the splitmix64 finaliser over a running sum)."""
    state = 0
    for part in parts:
        state = (state + part + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state
