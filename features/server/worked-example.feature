Feature: The page's worked example
  The device's clock shows 1571724098000 when the server's clock shows 1571724098100. The link
  latency is 10 ms. The server answers 5 ms after it receives the message.

  | what happens                     | device time                    | server time                    |
  | -------------------------------- | ------------------------------ | ------------------------------ |
  | the device sends a message       | 1571724098000 (deviceSendTime) |                                |
  | the server receives the message  |                                | 1571724098110 (serverRecvTime) |
  | the server sends a response      |                                | 1571724098115 (serverSendTime) |
  | the device receives the response | 1571724098025 (deviceRecvTime) |                                |

  @server-worked-example
  @must
  Rule: the server MUST enable a device to calculate the server's time in the page's example
    The suite plays the device: its clock is 100 ms behind, and the link takes 10 ms each way. The
    scenario does not judge the processing time of the server.

    Source: stated, the example below "Device connection", step 3

    Depends on: server-answers-once, server-receives-before-sending, server-stamps-within-exchange

    Usual mistakes: see server-calibrates

    Example: The example on the wire
      Given a link of 10 ms each way
      And a device whose clock is 100 ms behind
      When the device asks
      Then the device arrives at the server's time to within half the round trip + 1 ms
      And serverSendTime alone is behind by the latency of 10 ms or more

    @clock
    Scenario Outline: The server's clock stands at the page's 1571724098110, the device asks with <deviceSendTime>
      Given the server's clock stands at 1571724098110
      And a device that hears its response topic
      When the device asks with deviceSendTime <deviceSendTime>
      Then the response holds:
        | deviceSendTime | <deviceSendTime> |
        | serverRecvTime | <server time>    |
        | serverSendTime | <server time>    |

      Examples:
        | deviceSendTime  | server time     |
        | 1571724098000   | 1571724098110   |
        | "1571724098000" | "1571724098110" |
