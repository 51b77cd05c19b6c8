Feature: The unit of a client's timestamp
  Every timestamp counts milliseconds.

  @client-unit-milliseconds
  @must
  Rule: the client MUST count deviceSendTime in milliseconds
    Since 1970, since 2000 or since the device's start: the formula needs no epoch, and none is required. Two stamps are compared:
    how far they are apart, and how much time passed between them. Between two starts the clock ran on, or began anew with the
    program. Within one start it ran on, or the client set it to the time that it had calculated. Stamps that are all within a day
    of the suite's clock in some unit, or within 5 s of the machine's uptime, count in that unit.

    Where a client asks before the platform has accepted its connection, and its clock begins anew with each start, the unit
    cannot be seen and the scenario does not apply.

    Source: stated, "The unit of the timestamp is milliseconds"

    Depends on: client-send-time-is-fresh

    Usual mistakes: seconds; microseconds; nanoseconds; clock ticks

    Example: Two starts, in one of them the platform takes 1 s to accept the connection
      When the client asks and is answered
      And the client asks on a platform that takes 1 s to accept the connection
      Then deviceSendTime counts milliseconds: it grows by 0.5 to 2 in each millisecond

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then deviceSendTime counts milliseconds: it grows by 0.5 to 2 in each millisecond

  @client-send-time-is-fresh
  @must
  Rule: the client MUST read its clock for each request
    It reads the clock when it sends the request: not once for all requests, and not before it connects. A stamp from before the
    connection is 1 s older where the platform takes 1 s to accept the connection. What is too old is measured again before it
    fails, since a busy machine may delay a request. Where the two starts do not differ by half of that second, nothing is judged.

    Source: stated, "a timestamp that indicates the current time of the device"

    Depends on: client-sends-time

    Usual mistakes: a constant; the number of the documentation's example; the clock is read before the client connects; the stamp
    of the first request is used again

    Example: Two starts, in one of them the platform takes 1 s to accept the connection
      When the client asks and is answered
      And the client asks on a platform that takes 1 s to accept the connection
      Then deviceSendTime is read for each request: it is at most 500 ms older in one than in another

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then deviceSendTime is read for each request: it is at most 500 ms older in one than in another
