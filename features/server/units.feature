Feature: The unit of the timestamps
  Every timestamp counts milliseconds.

  @server-unit-milliseconds
  @must
  Rule: the server MUST give its times in milliseconds since 1970-01-01T00:00:00Z
    Judged against the suite's own clock; how far the two may be apart is said in the target file (`clockTolerance`, 5 s by
    default).

    Source: stated, "The unit of the timestamp is milliseconds", and "the accurate current time in the UNIX timestamp format"

    Depends on: server-string-stays-string

    Usual mistakes: seconds; whole seconds, multiplied by 1000; microseconds; nanoseconds; a time zone added; milliseconds since
    the
    server's start; ticks of 100 ns

    Example: A device asks with a Long
      Given a device whose clock is right
      When the device asks with a Long
      Then each server time is the current time in milliseconds

    Example: A device asks with a String
      Given a device whose clock is right
      When the device asks with a String
      Then each server time is the current time in milliseconds

    Example: A device asks until the time has moved on
      Given a device whose clock is right
      When the device asks until the server's time is no whole second or moves on, for at most 4 s
      Then the server's times are not all whole seconds

  @server-unix-time
  @must
  Rule: the server MUST give the same times in whatever time zone it runs, and beyond 2038
    A server that the suite can start is started once more, beside the first one, with `TZ=CST-8` in its environment: eight hours
    ahead of UTC, in the POSIX form, which needs no files of time zones. A second start that is not ready beside the first one
    shows nothing. Beyond 2038 is where the suite controls the server's clock.

    Source: derived from "the accurate current time in the UNIX timestamp format": it counts from 1970-01-01T00:00:00Z, in no time
    zone and without an end

    Depends on: server-unit-milliseconds

    Usual mistakes: the server's local time; seconds in a signed integer of 32 bits

    Example: The server runs in another time zone
      Given a device whose clock is right
      And another start of the server with TZ=CST-8
      When the device asks both starts
      Then both give the same time, to within 1 min and the round trips

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
  Rule: the server SHOULD give times that have millisecond resolution
    Steps of 10 or 100 ms are milliseconds by unit and not by worth: half a step is the error that no formula removes.

    Source: practice; the page promises high-precision time calibration

    Depends on: server-stamps-are-fresh

    Usual mistakes: a clock that a timer advances; a clock of tenths or hundredths of a second

    Example: A device asks until the time has moved on by 30 ms
      Given a device whose clock is right
      When the device asks again and again until the server's time has moved on by 30 ms, for at most 4 s
      Then the server's times are not all multiples of 10 ms
