Feature: The unit of a client's timestamp
  Every timestamp counts milliseconds.

  @client-unit-milliseconds
  @must
  Rule: the client MUST count deviceSendTime in milliseconds
    Since 1970, since the device's start, or since the program's: the formula needs no epoch. Judged by the controlled clock where
    the
    client has one, else by the suite's clock or the machine's uptime, whichever the stamp follows, else by the difference of two
    stamps.

    Source: stated, "The unit of the timestamp is milliseconds"

    Depends on: client-send-time-is-fresh

    Usual mistakes: seconds; microseconds; nanoseconds; clock ticks

    Example: Two requests, one of them after the platform took 300 ms to accept the connection
      When the client asks and is answered
      And the client asks on a platform that takes 300 ms to accept the connection
      Then deviceSendTime counts milliseconds

  @client-send-time-is-fresh
  @must
  Rule: the client MUST read its clock for each request
    A clock that counts from the program's start may show the same twice in two starts; it cannot show more than the program's
    age.

    Source: stated, "a timestamp that indicates the current time of the device"

    Depends on: client-sends-time

    Usual mistakes: a constant; the number of the documentation's example

    Example: Two requests, one of them after the platform took 300 ms to accept the connection
      When the client asks and is answered
      And the client asks on a platform that takes 300 ms to accept the connection
      Then deviceSendTime is not a constant
