Feature: The server's time
  A response holds two timestamps of its own exchange: when the server received the request, and
  when it sent the response.

  @server-stamps-are-fresh
  @must
  Rule: the server MUST take both timestamps anew for each exchange, and they advance at the rate of real time
    A clock that moves in steps passes if it keeps up with real time. The ticks of common systems
    last up to 16 ms; server-millisecond-steps judges steps of 10 or 100 ms. A time that stays the
    same for longer comes from a cache. If the suite and the server share a clock,
    server-stamps-within-exchange judges errors that do not grow.

    Source: stated, "After IoT Platform receives the message, IoT Platform returns a response", with
    the parameters of that exchange

    Depends on: server-unit-milliseconds

    Usual mistakes: the timestamps are taken at start or at connection; a timer updates a cached
    time; the clock runs too fast or too slowly

    Example: A device asks until the server's time has moved on
      Given a device whose clock is right
      When the device asks again and again until the server's time has moved on by 600 ms, for at most 4 s
      Then no server time stays the same for longer than 16 ms, unless it moves in steps of 10 or 100 ms
      And both server times advance as real time does, to within 5 ms or one step of the clock

  @server-receives-before-sending
  @must
  Rule: the server MUST NOT return a serverRecvTime that is later than serverSendTime
    The two times may be equal, and they usually are. The suite checks every response of the whole
    run.

    Source: derived from the worked example: "The NTP server sends a response 5 milliseconds after
    the server receives a message"

    Depends on: server-string-stays-string

    Usual mistakes: the two members are swapped; serverRecvTime is taken when the response is
    written

    Example: Many exchanges
      Given a device that hears its response topic
      When the device asks again and again until it has asked 300 times, for at most 1 s
      Then serverRecvTime is never later than serverSendTime

  @server-stamps-within-exchange
  @must
  Rule: the server MUST NOT claim more processing time than the exchange took
    The server claims a processing time of serverSendTime - serverRecvTime. If the suite and the
    server share a clock (`sharedClock` in the target file), both timestamps must lie between
    publish and arrival: to within 2 ms, because a clock that was set once in whole milliseconds and
    counts from there is up to 2 ms behind. They must also be close to publish and arrival. The
    suite makes many exchanges, and the quickest ones show when the server takes its timestamps,
    because the link takes least time there. One way, the link takes half of the time that is not
    processing. It may be slower in one direction, up to the quickest answer to a CONNECT or
    SUBSCRIBE, where that takes no longer than 4/3 of the exchange's time on the link.

    Source: derived from "How it works", steps 2 and 3: the server receives the message after the
    device sent it, and the device receives the response after the server sent it

    Depends on: server-stamps-are-fresh, server-ignores-device-clock, server-receives-before-sending

    Usual mistakes: a made-up processing time; timestamps of another exchange; the server has a
    clock of its own that drifts; both timestamps are taken when the response is sent; both
    timestamps are taken when the request is received; timestamps with random errors

    Example: The processing time
      Given a device whose clock is right
      When the device asks again and again until it has asked 20 times, for at most 1 s
      Then no exchange took less than the server claims, to within 2 ms or one step of the clock

    Example: The timestamps on a shared clock
      Given a server that shares the suite's clock
      And a device whose clock is right
      When the device asks again and again until it has asked 20 times, for at most 8 s
      And after 20 ms the device asks until both ends of an exchange are seen to within 1 ms, at most 200 times in 3 s
      Then both server times lie between publish and arrival, to within 2 ms or one step of the clock
      And the quickest show both ends of an exchange within what the link takes one way + 1 ms or one step of the clock

  @server-ignores-device-clock
  @must
  Rule: the server MUST give the same server time regardless of the device's clock
    The service corrects the device's clock, and a server time that depends on this clock corrects
    nothing. Small errors that do not depend on the device's clock are judged by
    server-stamps-within-exchange and server-calibrates.

    Source: derived from "How it works", step 2: serverRecvTime and serverSendTime are times of the
    server

    Depends on: server-stamps-are-fresh

    Usual mistakes: the timestamps are calculated from deviceSendTime; a device whose clock is close
    to the server's is trusted; requests that look too old or too new are answered differently; the
    unit of a request is guessed

    Scenario Outline: A device whose clock shows <moment>
      Given a device whose clock stands at <clock>
      When the device asks
      Then the server's time is that of a device whose clock is right, to within 50 ms and the round trips

      Examples:
        | moment                         | clock         |
        | zero                           | 0             |
        | a time in seconds              | 1571724098    |
        | the time of the page's example | 1571724098000 |
        | a time in 2038                 | 2147483648000 |
        | a time in 2100                 | 4102444800000 |

    Scenario Outline: A device whose clock is <clock>
      Given a device whose clock is <clock>
      When the device asks
      Then the server's time is that of a device whose clock is right, to within 50 ms and the round trips

      Examples:
        | clock      |
        | 1 s ahead  |
        | 1 s behind |

  @server-calibrates
  @must
  Rule: the server MUST enable a device whose clock is wrong to calculate the server's time
    The device calculates (serverRecvTime + serverSendTime + deviceRecvTime - deviceSendTime) / 2.
    The result must match the server's time to within half the round trip + 1 ms, because the
    formula cannot see a difference between the two directions of the link. The suite learns the
    server's time from additional, quick exchanges. It also allows for the uncertainty that these
    exchanges leave, and for one step of a clock that moves in steps. The suite also compares the
    times of the whole run: it fails a time that differs by more than 50 ms and the round trips from
    the clock that the times before and after it show.

    Source: stated, "Device connection", step 3

    Depends on: server-answers-once, server-receives-before-sending, server-stamps-within-exchange

    Usual mistakes: the times are in seconds; a time zone is added; the server's time differs from
    one exchange to the next

    Scenario Outline: A device whose clock is <clock> asks with a <type>
      Given a link of 10 ms each way
      And a device whose clock is <clock>
      When the device asks with a <type>
      Then the device arrives at the server's time to within half the round trip + 1 ms

      Examples:
        | clock         | type   |
        | 100 ms behind | Long   |
        | 1 h ahead     | Long   |
        | at 1970       | Long   |
        | 100 ms behind | String |
