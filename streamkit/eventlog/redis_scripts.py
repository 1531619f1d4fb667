"""The steps of a store in Redis that must happen at once, as scripts that the server runs."""

# Strategy: the rules stand in ``store.py``. A script only checks that its write is allowed; if not,
# it returns the state of the log, and the rules say which error that is. All scripts of one log
# have its keys declared, and they can be sent again: entries that the log has are passed over.
# The server's clock is the only one. https://redis.io/docs/latest/develop/programmability/eval-intro/

from __future__ import annotations

from hashlib import sha1

__all__ = ["ABANDON", "CLAIM", "EXPIRE", "LOOK", "STOP", "TRIM", "WRITE", "Script"]


class Script:
    """The text of a script, and the name by which the server knows it."""

    def __init__(self, text: str) -> None:
        self.text = _STATE + text
        self.sha = sha1(self.text.encode(), usedforsecurity=False).hexdigest()


# KEYS: the log's hash, and in most scripts the stream of its entries. The hash has the incarnation
# (i), the epoch (e), the first and last number (f, l), whether it has ended (n) and is to stop (s),
# and until when the lease and the log last (b, x), in milliseconds.
_STATE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local m = redis.call('HMGET', KEYS[1], 'i', 'e', 'f', 'l', 'n', 's', 'b', 'x')
local i, e, f, l = m[1], tonumber(m[2]), tonumber(m[3]), tonumber(m[4])
local n, s, b, x = m[5], m[6], tonumber(m[7]), tonumber(m[8])

local function state(expired)
    if not i then return false end
    return {i, e, f, l, n, s, b - now, expired and 1 or 0}
end

local function is_gone(key)
    return x <= now or (l >= f and redis.call('EXISTS', key) == 0)
end

local function keep(hash, entries, seconds, renews)
    if renews or x - now < seconds * 2 / 3 then
        redis.call('HSET', hash, 'x', now + seconds)
        redis.call('PEXPIRE', entries, seconds)
        redis.call('PEXPIRE', hash, 2 * seconds)
    end
end
"""

LOOK = Script("""
if not i then return false end
return state(is_gone(ARGV[1] .. i))
""")
"""Return the state of a log. ARGV: the name of the stream of entries, less the incarnation."""

CLAIM = Script("""
if (i or '') ~= ARGV[1] or (e or 0) ~= tonumber(ARGV[2]) or (n or '0') ~= ARGV[3] then
    return 0
end
local seconds = tonumber(ARGV[6])
if ARGV[1] ~= ARGV[4] then
    if i then redis.call('DEL', ARGV[7] .. i, ARGV[8] .. i) end
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'i', ARGV[4], 'e', 1, 'f', 1, 'l', 0, 'n', 0)
else
    redis.call('HINCRBY', KEYS[1], 'e', 1)
    redis.call('DEL', ARGV[8] .. i)
end
redis.call('HSET', KEYS[1], 's', 0, 'b', now + tonumber(ARGV[5]))
keep(KEYS[1], KEYS[2], seconds, true)
return 1
""")
"""Claim a log if nobody did meanwhile, and return whether. ARGV: the incarnation, epoch and end as
they were; the incarnation to be; the lease and the retention; the names of the streams of entries
and of stops, less the incarnation."""

WRITE = Script("""
local first, rows = tonumber(ARGV[3]), #ARGV - 6
if not i then return false end
local gone = is_gone(KEYS[2])
local known = l + 1 - first
if gone or i ~= ARGV[1] or e ~= tonumber(ARGV[2]) or known < 0 or (n == '1' and known < rows) then
    return state(gone)
end
for at = known + 1, rows do
    local entry = ARGV[at + 6]
    l = first + at - 1
    redis.call('XADD', KEYS[2], '0-' .. l, string.sub(entry, 1, 1), string.sub(entry, 2))
    if string.sub(entry, 1, 1) == 'e' then n = 1 end
end
local most = tonumber(ARGV[6])
if l - f + 1 > most then
    f = l - most + 1
    redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. f)
end
redis.call('HSET', KEYS[1], 'f', f, 'l', l, 'n', n, 'b', now + tonumber(ARGV[4]))
keep(KEYS[1], KEYS[2], tonumber(ARGV[5]), known + 1 <= rows and first == 1)
return 1
""")
"""Append entries and renew the lease, and return 1, or the state of the log that refuses it. ARGV:
the incarnation, the epoch, the number of the first entry; the lease, the retention, the maximum
number of entries; the entries, each with the name of its field in front: d for data, e for end."""

STOP = Script("""
if not i then return false end
local gone = is_gone(ARGV[1] .. i)
if n == '0' and s == '0' then
    s = '1'
    redis.call('HSET', KEYS[1], 's', 1)
    redis.call('XADD', ARGV[2] .. i, '0-1', 's', '1')
    redis.call('PEXPIRE', ARGV[2] .. i, ARGV[3])
end
return state(gone)
""")
"""Ask a log's producer to stop, and return the state. ARGV: the names of the streams of entries and
of stops, less the incarnation; the retention."""

ABANDON = Script("""
if i ~= ARGV[1] or e ~= tonumber(ARGV[2]) or n == '1' or b >= now or is_gone(KEYS[2]) then
    return 0
end
redis.call('XADD', KEYS[2], '0-' .. (l + 1), 'e', ARGV[3])
redis.call('HSET', KEYS[1], 'e', e + 1, 'l', l + 1, 'n', 1)
keep(KEYS[1], KEYS[2], tonumber(ARGV[4]), true)
return 1
""")
"""End a log whose lease has run out. ARGV: the incarnation, the epoch, the end, the retention."""

TRIM = Script("""
local before = math.min(tonumber(ARGV[2]), (l or 0) + 1)
if i and before > f then
    redis.call('XTRIM', ARGV[1] .. i, 'MINID', '0-' .. before)
    redis.call('HSET', KEYS[1], 'f', before)
end
return 1
""")
"""Delete entries. ARGV: the name of the stream of entries, less the incarnation; a number."""

EXPIRE = Script("""
if i then
    redis.call('DEL', ARGV[1] .. i)
    redis.call('HSET', KEYS[1], 'x', math.min(x, now))
end
return 1
""")
"""Delete all entries. ARGV: the name of the stream of entries, less the incarnation."""
