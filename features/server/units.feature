Feature: The unit of the timestamps
  Every timestamp is in milliseconds.

  @server-unit-milliseconds
  @must
  Rule: the server MUST give its times in milliseconds since 1970-01-01T00:00:00Z
    The suite compares the times with its own clock. The target file sets how far the two clocks may
    differ (`clockTolerance`, 5 s by default).

    Source: stated, "The unit of the timestamp is milliseconds", and "the accurate current time in
    the UNIX timestamp format"

    Depends on: server-string-stays-string

    Usual mistakes: seconds; whole seconds, multiplied by 1000; microseconds; nanoseconds; an added
    time zone; milliseconds since the server's start; ticks of 100 ns

    Example: A device asks with a Long
      Given a device whose clock is right
      When the device asks with a Long
      Then each server time is the current time in milliseconds, to within the "clockTolerance" of the target file

    Example: A device asks with a String
      Given a device whose clock is right
      When the device asks with a String
      Then each server time is the current time in milliseconds, to within the "clockTolerance" of the target file

    Example: A device asks until the time has moved on
      Given a device whose clock is right
      When the device asks again and again until the server's time is no whole second or moves on, for at most 4 s
      Then the server's times are not all multiples of 1 s

  @server-unix-time
  @must
  @alone
  Rule: the server MUST give the same times regardless of its time zone, and also after 2038
    If the suite can start the server, it starts a second instance beside the first one, with `TZ`
    in its environment: a time zone eight hours ahead of UTC. `CST-8` is its POSIX form, which needs
    no time zone files, and programs in Go read only its name, `Asia/Shanghai`. If the second
    instance does not become ready beside the first one, the scenario does not apply. The suite
    judges times after 2038 only if it controls the server's clock.

    Source: derived from "the accurate current time in the UNIX timestamp format": it counts from
    1970-01-01T00:00:00Z, without a time zone and without an end

    Depends on: server-unit-milliseconds

    Usual mistakes: the server's local time; local time in one of the two types; seconds in a signed
    32-bit integer

    Scenario Outline: The server runs in the time zone <zone>
      Given a device whose clock is right
      And another start of the server with TZ=<zone>
      When the device asks both starts, with a Long and with a String
      Then the server's time is that of its other start, to within 1 min and the round trips

      Examples:
        | zone          |
        | CST-8         |
        | Asia/Shanghai |

    @clock
    Scenario Outline: The server's clock stands at <server time>, <moment>
      Given the server's clock stands at <server time>
      And a device that hears its response topic
      When the device asks
      Then each server time is <server time>, to within 1 ms or one step of the clock

      Examples:
        | moment                | server time   |
        | in 2038, after 2^31 s | 2147483648000 |
        | in 2100               | 4102444800000 |

  @server-millisecond-steps
  @should
  Rule: the server SHOULD give times with millisecond resolution
    Times in steps of 10 or 100 ms are in milliseconds, but less precise. No formula removes the
    error of half a step.

    Source: practice; the page promises high-precision time calibration

    Depends on: server-stamps-are-fresh

    Usual mistakes: a timer advances the clock; the clock counts tenths or hundredths of a second

    Example: A device asks until the time has moved on by 150 ms
      Given a device whose clock is right
      When the device asks again and again until the server's time has moved on by 150 ms, for at most 4 s
      Then the server's times are not all multiples of 10 ms
