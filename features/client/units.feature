Feature: The unit of a client's timestamp
  Every timestamp is in milliseconds.

  @client-unit-milliseconds
  @must
  Rule: the client MUST send deviceSendTime in milliseconds
    The time may count from 1970, from 2000 or from the start of the device. The formula needs no
    epoch, and the suite requires none.

    The suite compares two timestamps: their difference, and the time that passed between them.
    Between two starts, the client's clock may continue, or may begin again with the program. Within
    one start, the clock may continue, or the client may set it to the time that it has calculated.
    If all timestamps, in some unit, are within a day of the suite's clock or within 5 s of the
    machine's uptime, the suite takes that unit as theirs.

    If a client asks before the platform has accepted its connection, and its clock begins again
    with each start, the suite cannot determine the unit. The scenario does not apply then.

    A clock that begins again with each start does so at an unknown moment before the client
    connects. The suite does not judge what this moment may explain.

    Source: stated, "The unit of the timestamp is milliseconds"

    Depends on: client-send-time-is-fresh

    Usual mistakes: seconds; microseconds; nanoseconds; clock ticks

    Example: In the second of two starts, the platform takes 1 s to accept the connection
      Given the client has asked
      And a platform that takes 1 s to accept the connection
      When the client asks
      Then deviceSendTime counts milliseconds: it grows by 0.5 to 2 in each millisecond

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then deviceSendTime counts milliseconds: it grows by 0.5 to 2 in each millisecond

  @client-send-time-is-fresh
  @must
  Rule: the client MUST read its clock for each request
    The client reads the clock when it sends the request: not once for all requests, and not before
    it connects. If the platform takes 1 s to accept the connection, a timestamp from before the
    connection is 1 s older. A timestamp within 5 s of the machine's wall clock or uptime counts as
    that clock's, which does not begin again with a start and shows the age of the timestamp by
    itself. A timestamp that falls behind evenly has another unit, which client-unit-milliseconds
    judges. It grows like whole seconds, or by less than 0.5 in each millisecond: by at least 0.08
    between two starts; in one start by at least 0.001, and to within a quarter by the same between
    any two requests.

    A timestamp that is 50 ms to 5 s behind the suite's clock is that old if the reported time is
    right only when it counts the delay, and no packet arrived during the delay, except in its first
    50 ms. It is too old if each timestamp of the scenario is.

    If a timestamp is too old, the suite measures again before the scenario fails, because a busy
    machine may delay a request. If the delay in the two starts does not differ by at least half of
    that second, the suite does not judge the scenario. Nor does it if a clock that begins with the
    program may have begun so much earlier in one of the starts.

    Source: stated, "a timestamp that indicates the current time of the device"

    Depends on: client-sends-time

    Usual mistakes: a constant; the number from the documentation's example; the clock is read
    before the client connects; the timestamp of the first request is used again

    Example: In the second of two starts, the platform takes 1 s to accept the connection
      Given the client has asked
      And a platform that takes 1 s to accept the connection
      When the client asks
      Then deviceSendTime is read for each request: at most 500 ms older in one than in another, at most 200 ms old

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then deviceSendTime is read for each request: at most 500 ms older in one than in another, at most 200 ms old
