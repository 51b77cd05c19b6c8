Feature: The server's time
  The two stamps of a response are moments of this exchange: when the request came, and when the response left.

  @server-stamps-are-fresh
  @must
  Rule: the server MUST take both stamps anew for each exchange, and they advance as real time does
    A clock that moves in steps is no fault here, as long as it keeps up: the ticks of common systems last up to 16 ms, and steps
    of 10 or 100 ms are a matter of server-millisecond-steps. What stays the same for longer comes from a cache. Errors that do
    not grow are
    a matter of server-stamps-within-exchange where suite and server share a clock.

    Source: stated, "After IoT Platform receives the message, IoT Platform returns a response", with the parameters of that
    exchange

    Depends on: server-unit-milliseconds

    Usual mistakes: the stamps are taken at start or at connection; a cached time is renewed by a timer; the clock counts too fast
    or too slowly

    Example: A device asks until the server's time has moved on
      Given a device whose clock is right
      When the device asks again and again until the server's time has moved on by 600 ms, for at most 4 s
      Then no server time stays the same for longer than 16 ms, unless it moves in steps of 10 or 100 ms
      And both server times advance as real time does, to within 5 ms or one step of the clock

  @server-receives-before-sending
  @must
  Rule: the server MUST NOT have serverRecvTime later than serverSendTime
    Equal is fine, and usual. Every response of the whole run is looked at.

    Source: derived from the worked example: "The NTP server sends a response 5 milliseconds after the server receives a message"

    Depends on: server-string-stays-string

    Usual mistakes: the two members are swapped; serverRecvTime is taken when the response is written

    Example: Many exchanges
      Given a device that hears its response topic
      When the device asks again and again, 300 times or for 1 s
      Then serverRecvTime is never later than serverSendTime

  @server-stamps-within-exchange
  @must
  Rule: the server MUST claim no more processing time than the exchange took
    Where suite and server share a clock (`sharedClock` in the target file), both stamps lie between publish and arrival. They are
    near to them as well: the quickest of many exchanges shows when the server takes its stamps, since the link takes no time
    there.

    Source: derived from "How it works", steps 2 and 3: the server receives after the device sent, and the device receives after
    the server sent

    Depends on: server-stamps-are-fresh, server-ignores-device-clock, server-receives-before-sending

    Usual mistakes: a made-up processing time; stamps of another exchange; a clock of the server's own that runs apart; both
    stamps
    are taken when the response is sent; both stamps are taken when the request is received; stamps with random errors

    Example: The processing time
      Given a device whose clock is right
      When the device asks again and again, 20 times or for 1 s
      Then no exchange took less than the server claims, to within 1 ms or one step of the clock

    Example: The stamps on a shared clock
      Given a server that shares the suite's clock
      And a device whose clock is right
      When the device asks again and again, 20 times or for 8 s
      And the device asks again after 20 ms
      And the device asks on until both ends of an exchange are seen to within 1 ms, for at most 3 s
      Then both server times lie between publish and arrival, to within 1 ms or one step of the clock
      And the quickest show both ends of an exchange to within 1 ms or one step of the clock

  @server-ignores-device-clock
  @must
  Rule: the server MUST give the same server time whatever the device's clock says
    The device's clock is what is to be corrected; a server time that depends on it corrects nothing. Small errors that have
    nothing to do with the device's clock are a matter of server-stamps-within-exchange and server-calibrates.

    Source: derived from "How it works", step 2: serverRecvTime and serverSendTime are the server's

    Depends on: server-stamps-are-fresh

    Usual mistakes: the stamps are calculated from deviceSendTime; a device whose clock is near the server's is trusted; requests
    that look too old or too new are answered differently

    Scenario Outline: A device whose clock stands at <moment>
      Given a device whose clock stands at <clock>
      When the device asks
      Then the server's time is that of a device whose clock is right, to within 50 ms and the round trips

      Examples:
        | moment             | clock         |
        | its start          | 0             |
        | the page's example | 1571724098000 |
        | a moment in 2038   | 2147483648000 |
        | a moment in 2100   | 4102444800000 |

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
  Rule: the server MUST let a device whose clock is off arrive at the server's time
    By the formula (serverRecvTime + serverSendTime + deviceRecvTime - deviceSendTime) / 2, to within half the round trip + 1 ms:
    an asymmetry of the link cannot be seen by the formula. The server's time is what it tells in quick exchanges beside. What
    these leave open of its clock, and one step of a clock that has steps, is allowed as well.

    Source: stated, "Device connection", step 3

    Depends on: server-answers-once, server-receives-before-sending, server-stamps-within-exchange

    Usual mistakes: seconds; a time zone added; a time that differs from one exchange to the next

    Scenario Outline: A device whose clock is <clock> asks with a <type>
      Given a link of 10 ms each way
      And a device on that link whose clock is <clock>
      When the device asks with a <type>
      Then the device arrives at the server's time to within half the round trip + 1 ms

      Examples:
        | clock         | type   |
        | 100 ms behind | Long   |
        | 1 h ahead     | Long   |
        | at 1970       | Long   |
        | 100 ms behind | String |
