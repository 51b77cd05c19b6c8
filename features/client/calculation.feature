Feature: The time that a client calculates
  The client calculates (serverRecvTime + serverSendTime + deviceRecvTime - deviceSendTime) / 2. The platform of the suite really
  spends the latency and the processing time that it claims. What the suite cannot see of the client's own clock is stated as
  uncertainty: from the moment at which the client read its clock to the arrival of the request, and from the departure of the
  response to the client's report. Where the stamp does not show when it was read, that was at most 50 ms before the request came.
  A clock whose stamp is a multiple of 10 may have steps of 10 ms. Whole milliseconds and rounding put a result off by 1.5 ms at
  most; whole seconds may be rounded up or down, by 1 s. A wrong time is put down to a usual mistake where it is at most 8 ms from
  what that mistake gives.

  @client-counts-latency
  @must
  Rule: the client MUST count the latency of the link
    The result differs from serverSendTime by half the time that the messages were under way. An asymmetry cannot be seen by the
    formula: then the result is off by half the difference, and that is right.

    What is reported may be the formula's result, or that result plus the time until the report: a clock that was set by it and
    is read when it is printed. A client that reports deviceRecvTime as well claims when the response came, and the trace shows
    whether that is so, to 1 ms. What is known to no better than 100 ms is measured again. Whole seconds show latencies of several
    seconds only.

    Source: stated, the worked example: with serverSendTime alone, "a link latency of 10 milliseconds … is not included in the
    calculation"

    Depends on: client-accepts-own-type, client-unit-milliseconds

    Usual mistakes: the time is serverSendTime; the offset is reported instead of the time; a sign error;
    the clock is read once for both stamps; the round trip of the first exchange is used for all

    Scenario Outline: <forth> to the platform and <back> back
      Given a client that reports milliseconds
      And a link of <forth> to the platform and <back> back
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | forth  | back   |
        | 200 ms | 200 ms |
        | 10 ms  | 10 ms  |
        | 300 ms | 2 ms   |
        | 2 ms   | 300 ms |

    Example: 100 ms to the platform and 100 ms back from the second request on
      Given a client that asks more than once
      And a client that reports milliseconds
      And a link of 100 ms to the platform and 100 ms back after the first request
      When the client asks 3 times in 1 s or more
      Then each time that the client reports first after a response is the one that the formula gives

    Example: 3 s to the platform and 3 s back, for a client that reports whole seconds
      Given a client that reports whole seconds, and may take 8 s
      And a link of 3 s to the platform and 3 s back
      When the client asks and is answered
      Then the client reports the time that the formula gives, where it waits so long

  @client-counts-processing
  @must
  Rule: the client MUST count the platform's processing time once
    serverSendTime - serverRecvTime is time that passed on both clocks.

    Source: stated, the formula and the worked example, where the server answers after 5 milliseconds

    Depends on: client-counts-latency

    Usual mistakes: serverSendTime plus half the round trip; serverRecvTime plus half the round trip; the time is serverRecvTime;
    equal stamps are refused

    Scenario Outline: The platform answers after <processing>
      Given a client that reports milliseconds
      And a platform that answers after <processing>
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | processing |
        | 0 ms       |
        | 5 ms       |
        | 400 ms     |

    Example: The platform answers after 6 s, and the client reports whole seconds
      Given a client that reports whole seconds, and may take 8 s
      And a platform that answers after 6 s
      When the client asks and is answered
      Then the client reports the time that the formula gives, where it waits so long

    @clock
    Example: The platform answers after 5 s
      Given a platform that answers after 5 s
      And the client's clock stands at 1571724098000 when it asks and at 1571724103020 when the response comes
      And the platform's time is 1571724098110 when the request comes
      When the client asks and is answered
      Then the client reports 1571724103120

  @client-any-offset
  @must
  Rule: the client MUST be right whatever its clock says and whatever the platform's time is
    Its clock may be behind, ahead, at 1970, at 2000 or count from its start, for longer than 2^31 or 2^32 ms; the platform's time
    may lie before or after 2038, or in 2100.

    Source: derived from the formula, which holds for any offset between the two clocks

    Depends on: client-unix-time

    Usual mistakes: 32-bit arithmetic; a time saturated at 2147483647; seconds kept in 32 bits

    Scenario Outline: The platform's time is <platform's time>, in <year>
      Given the platform's time is <platform's time> when the request comes
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | platform's time | year |
        | 1571724098110   | 2019 |
        | 2147483640000   | 2038 |
        | 2147483648000   | 2038 |
        | 4102444800000   | 2100 |

    @clock
    Scenario Outline: The client's clock stands at <sends>, the platform's time is <platform's time>
      Given a platform that answers after 4 ms
      And the client's clock stands at <sends> when it asks and at <receives> when the response comes
      And the platform's time is <platform's time> when the request comes
      When the client asks and is answered
      Then the client reports <time>

      Examples:
        | sends         | receives      | platform's time | time          |
        | 1571724098000 | 1571724098020 | 1571724098110   | 1571724098122 |
        | 1571727698000 | 1571727698020 | 1571724098110   | 1571724098122 |
        | 1000          | 1020          | 1571724098110   | 1571724098122 |
        | 2147483640    | 2147483660    | 1571724098110   | 1571724098122 |
        | 4294967290    | 4294967310    | 1571724098110   | 1571724098122 |
        | 946684800000  | 946684800020  | 1571724098110   | 1571724098122 |
        | 4102444800000 | 4102444800020 | 1571724098110   | 1571724098122 |
        | 1571724098000 | 1571724098020 | 2147483648000   | 2147483648012 |
        | 1571724098000 | 1571724098020 | 4102444800000   | 4102444800012 |

  @client-half-millisecond
  @must
  @clock
  Rule: the client MUST round an odd sum either way, and never further
    Source: derived from the formula, whose sum of whole milliseconds may be odd

    Depends on: client-any-offset

    Usual mistakes: each stamp is halved before they are added

    Scenario Outline: The response comes after <elapsed>, the platform took <processing>, and its time was <platform's time>
      Given a client that reports milliseconds
      And a platform that answers after <processing>
      And the client's clock stands at 1571724098000 when it asks and at <receives> when the response comes
      And the platform's time is <platform's time> when the request comes
      When the client asks and is answered
      Then the client reports <low> or <high>

      Examples:
        | elapsed | processing | receives      | platform's time | low           | high          |
        | 25 ms   | 4 ms       | 1571724098025 | 1571724098110   | 1571724098124 | 1571724098125 |
        | 24 ms   | 5 ms       | 1571724098024 | 1571724098110   | 1571724098124 | 1571724098125 |
        | 25 ms   | 4 ms       | 1571724098025 | 1571724098111   | 1571724098125 | 1571724098126 |

  @client-accepts-zero-round-trip
  @should
  Rule: the client SHOULD accept a response that arrives in the millisecond of its request
    On a fast network the round trip is shorter than a millisecond. Where a scenario says nothing of the link, it takes 2 ms each
    way. This one has none.

    Source: practice; the formula is defined for a round trip of 0

    Depends on: client-any-offset

    Usual mistakes: a round trip of 0 is refused

    @clock
    Example: The client's clock shows the same time when the response comes
      Given a platform that answers after 0 ms
      And the client's clock stands at 1571724098000 when it asks and at 1571724098000 when the response comes
      And the platform's time is 1571724098110 when the request comes
      When the client asks and is answered
      Then the client reports 1571724098110

    Example: A link without latency, in several starts
      Given a client that reports milliseconds
      And a link of 0 ms to the platform and 0 ms back
      And a platform that answers after 0 ms
      When the client asks and is answered until its time shows a round trip of 0 ms, in at most 10 starts
      Then the client reports a time in each start

  @client-unix-time
  @must
  Rule: the client MUST report a UNIX timestamp: its time zone changes nothing
    Source: stated, "The device calculates the accurate current time in the UNIX timestamp format"

    Depends on: client-worked-example

    Usual mistakes: the offset of the time zone is added

    Scenario Outline: The client runs in the time zone <zone>
      Given the client runs in the time zone "<zone>"
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | zone             |
        | Asia/Shanghai    |
        | America/St_Johns |
