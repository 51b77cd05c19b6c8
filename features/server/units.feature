Feature: The unit of the timestamps
  Every timestamp counts milliseconds.

  @server-unit-milliseconds
  @must
  Rule: the server MUST give its times in milliseconds since 1970-01-01T00:00:00Z
    Judged against the suite's own clock; how far the two may be apart is said in the target file (`clockTolerance`, 5 s by
    default).

    Source: stated, "The unit of the timestamp is milliseconds", and "the accurate current time in the UNIX timestamp format"

    Depends on: server-string-stays-string

    Usual mistakes: seconds; microseconds; nanoseconds; a time zone added; milliseconds since the server's start; ticks of 100 ns

    Example: A device asks with a Long
      Given a device whose clock is right
      When the device asks with a Long
      Then each server time is the current time in milliseconds

    Example: A device asks with a String
      Given a device whose clock is right
      When the device asks with a String
      Then each server time is the current time in milliseconds

  @server-millisecond-steps
  @should
  Rule: the server SHOULD give times that have millisecond resolution
    Seconds times 1000, or steps of 10 or 100 ms, are milliseconds by unit and not by worth: half a step is the error that no
    formula removes.

    Source: practice; the page promises high-precision time calibration

    Depends on: server-stamps-are-fresh

    Usual mistakes: a clock of seconds, multiplied by 1000; a clock that a timer advances

    Example: A device asks until the time has moved on by 30 ms
      Given a device whose clock is right
      When the device asks again and again until the server's time has moved on by 30 ms, for at most 4 s
      Then the server's times are not all multiples of 10 ms
