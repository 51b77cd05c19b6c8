Feature: The page's worked example, calculated by a client
  | what happens                     | device time                    | server time                    |
  | -------------------------------- | ------------------------------ | ------------------------------ |
  | the device sends a message       | 1571724098000 (deviceSendTime) |                                |
  | the server receives the message  |                                | 1571724098110 (serverRecvTime) |
  | the server sends a response      |                                | 1571724098115 (serverSendTime) |
  | the device receives the response | 1571724098025 (deviceRecvTime) |                                |

  (1571724098110 + 1571724098115 + 1571724098025 - 1571724098000) / 2 = 1571724098125

  @client-worked-example
  @must
  Rule: the client MUST calculate 1571724098125 in the page's example
    On a controlled clock, the client must report exactly this number, or this number plus the time
    until the report on its monotonic clock, as the feature "The time that a client calculates"
    describes. On the client's own clock, the suite uses the same intervals and allows for the
    uncertainty that it measures. If a client asks again, the suite judges every time that it
    reports. The suite cannot observe when the client reads its clock between two requests. A later
    time may therefore differ by half of the time between the previous packet and its request.

    Source: stated, the example below "Device connection", step 3

    Depends on: client-counts-processing

    Usual mistakes: the result is 1571724098115, serverSendTime; the result is 1571724098127,
    serverSendTime plus half the round trip; deviceSendTime is added instead of subtracted; the
    offset between the two clocks is reported; the sum is not halved; the client's own clock is
    reported; a time in seconds; a time in microseconds; the first time is right, and a later one
    is not

    @clock
    Scenario Outline: The page's own numbers, as <type>s
      Given the client sends a <type>
      And the client's clock stands at 1571724098000 when it asks and at 1571724098025 when the response comes
      And a platform that answers after 5 ms
      And the platform's time is 1571724098110 when the request comes
      When the client asks and is answered
      Then the client reports 1571724098125

      Examples:
        | type   |
        | Long   |
        | String |

    Scenario Outline: The page's intervals on the client's own clock, as <type>s
      Given the client sends a <type>
      And a link of 10 ms to the platform and 10 ms back
      And a platform that answers after 5 ms
      When the client asks and is answered
      Then the client reports the time that the formula gives
      And each time that the client reports first after a response is the one that the formula gives

      Examples:
        | type   |
        | Long   |
        | String |

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then each time that the client reports first after a response is the one that the formula gives
