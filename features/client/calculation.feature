Feature: The time that a client calculates
  The client calculates (serverRecvTime + serverSendTime + deviceRecvTime - deviceSendTime) / 2. The
  suite plays the platform, and really delays each message by the latency and the processing time of
  the scenario.

  The suite cannot observe two delays: from the client's reading of its clock to the arrival of the
  request, and from the sending of the response to the client's report. The suite allows for both.
  If deviceSendTime does not show when the client read its clock, the suite assumes that this was at
  most 50 ms before the request arrived. If deviceSendTime is at most 5 s behind the suite's clock,
  it may show that time, or the client's clock may be behind; the suite allows for both. If
  deviceSendTime is a multiple of 10, the client's clock may advance in steps of 10 ms. Whole
  milliseconds and rounding may change a result by up to 1.5 ms. A result in whole seconds may be
  rounded up or down, by up to 1 s.

  On a controlled clock nothing is uncertain, and the client must report exactly the result, or the
  result plus the time until the report on its monotonic clock. If the result is late by no more
  than that, the suite starts the client up to three times with a monotonic clock that runs 10 times
  as fast from the response on. A time until the report grows, and an error of the calculation does
  not.

  The suite attributes a wrong time to a usual mistake if the time is at most 8 ms away from what
  that mistake gives: 2 s if it is the client's own clock, a time zone or an invalid response, 500
  ms if a timestamp lost its upper bits, and 1 min if the result did.

  @client-counts-latency
  @must
  Rule: the client MUST include the latency of the link in its calculation
    The result differs from serverSendTime by half the time that the two messages spent on the link.
    The formula cannot detect an asymmetric link. On such a link, a result that is off by half the
    difference is right.

    The client may report the result of the formula, or that result plus the time until the report.
    The second happens when the client sets a clock and reads it when it prints. If a client also
    reports deviceRecvTime, the suite checks it against the recorded messages, to 1 ms. If the suite
    knows a time only to 100 ms or worse, it measures again. A client that reports whole seconds is
    tested only with latencies of several seconds.

    Source: stated, the worked example: with serverSendTime alone, "a link latency of
    10 milliseconds … is not included in the calculation"

    Depends on: client-accepts-own-type, client-unit-milliseconds

    Usual mistakes: the time is serverSendTime; the offset is reported instead of the time; a sign
    error; the clock is read once for both timestamps; the round trip of the first exchange is used
    for all

    Scenario Outline: The link takes <forth> to the platform and <back> back
      Given a client that reports milliseconds
      And a link of <forth> to the platform and <back> back
      And a platform that answers after 0 ms
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | forth  | back   |
        | 200 ms | 200 ms |
        | 10 ms  | 10 ms  |
        | 300 ms | 2 ms   |
        | 2 ms   | 300 ms |

    Example: From the second request on, the link takes 100 ms each way
      Given a client that asks more than once
      And a client that reports milliseconds
      And a link of 100 ms to the platform and 100 ms back after the first request
      And a platform that answers after 0 ms
      When the client asks 3 times in 1 s or more
      Then each time that the client reports first after a response is the one that the formula gives

    Example: The link takes 3 s each way, and the client reports whole seconds
      Given a client that reports whole seconds, and may take 8 s
      And a link of 3 s to the platform and 3 s back
      When the client asks and is answered
      Then the client reports the time that the formula gives, where it waits so long

  @client-counts-processing
  @must
  Rule: the client MUST include the platform's processing time exactly once
    The processing time, serverSendTime - serverRecvTime, passes on both clocks.

    Source: stated, the formula and the worked example, where the server answers after
    5 milliseconds

    Depends on: client-counts-latency

    Usual mistakes: serverSendTime plus half the round trip; serverRecvTime plus half the round
    trip; the time is serverRecvTime; two equal server times are rejected; whole seconds are lost

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

    Example: The platform answers after 1200 ms
      Given a client that reports milliseconds
      And a platform that answers after 1200 ms
      When the client asks and is answered
      Then the client reports the time that the formula gives, where it waits so long

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
  Rule: the client MUST calculate the right time regardless of the time on its own clock and on the platform
    The client's clock may be behind or ahead, may show 1970 or 2000, or may count from its start,
    for longer than 2^31 or 2^32 ms. The platform's time may be before or after 2038, or in 2100.

    Source: derived from the formula, which is valid for any offset between the two clocks

    Depends on: client-unix-time

    Usual mistakes: 32-bit arithmetic; a time saturated at 2147483647; seconds kept in 32 bits; a
    time that is far from the own clock is rejected

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
    Scenario Outline: The client's clock shows <sends>, and the platform's time is <platform's time>
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
  Rule: the client MUST round a half millisecond up or down, and MUST NOT be off by more
    A scenario does not apply to a client whose result contains the time until the report: half a
    millisecond cannot be seen in it.

    Source: derived from the formula, whose sum of whole milliseconds may be odd

    Depends on: client-any-offset

    Usual mistakes: the times are halved before they are added; rounding adds or takes a whole
    millisecond

    Scenario Outline: The response comes after <elapsed>, the platform takes <processing>, its time is <platform's time>
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

    Example: The response comes after 24 ms, and the platform takes 4 ms: the sum is even
      Given a client that reports milliseconds
      And a platform that answers after 4 ms
      And the client's clock stands at 1571724098000 when it asks and at 1571724098024 when the response comes
      And the platform's time is 1571724098110 when the request comes
      When the client asks and is answered
      Then the client reports 1571724098124

  @client-accepts-zero-round-trip
  @should
  Rule: the client SHOULD accept a response that arrives in the same millisecond in which it sent the request
    On a fast network, the round trip is shorter than a millisecond. The scenarios of this
    requirement use a link without latency, or a clock that does not advance. Where a scenario does
    not name the latency, the link takes 2 ms each way.

    Source: practice; the formula is defined for a round trip of 0

    Depends on: client-any-offset

    Usual mistakes: a round trip of 0 is rejected

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
  Rule: the client MUST report a UNIX timestamp that does not depend on its time zone
    `CST-8` is the POSIX form of a time zone eight hours ahead of UTC, which needs no time zone
    files. Programs in Go read only names of time zones.

    Source: stated, "The device calculates the accurate current time in the UNIX timestamp format"

    Depends on: client-worked-example

    Usual mistakes: the offset of the time zone is added; the time counts from 2000

    Scenario Outline: The client runs in the time zone <zone>
      Given the client runs in the time zone "<zone>"
      When the client asks and is answered
      Then the client reports the time that the formula gives

      Examples:
        | zone             |
        | Asia/Shanghai    |
        | America/St_Johns |
        | CST-8            |
