Feature: Quality of service and retained messages
  The service supports only QoS 0 messages. A response that arrives late, twice or from a store
  gives a wrong time.

  @server-response-qos0
  @must
  Rule: the server MUST deliver the response at QoS 0
    This applies regardless of the QoS of the request and of the subscription. If the server does
    not grant the QoS that the subscription asked for, the scenario does not apply.

    Source: stated, "Device connection", step 1: "The NTP service supports only QoS 0 messages"

    Depends on: server-answers-request

    Usual mistakes: the service publishes at the QoS of the subscription; the service publishes at
    the QoS of the request

    Scenario Outline: The subscription asked for QoS <qos>
      Given a device that hears its response topic at QoS <qos>
      When the device asks 10 times, one after the other
      Then the server answers each request
      And each response comes at QoS 0

      Examples:
        | qos |
        | 0   |
        | 1   |
        | 2   |

    Scenario Outline: The request had QoS <request> and the subscription asked for QoS <subscription>
      Given a device that hears its response topic at QoS <subscription>
      When the device asks at QoS <request>
      Then the server still serves the device
      And each response comes at QoS 0

      Examples:
        | request | subscription |
        | 1       | 1            |
        | 2       | 2            |

  @server-serves-qos0-only
  @should
  Rule: the server SHOULD NOT serve requests published at QoS 1 or 2
    The page does not state what happens to such a request. If a server answers it, a client that
    sends such requests works with this server, but it may not work with the real platform.

    Source: stated, "Device connection", step 1: "The NTP service supports only QoS 0 messages"; the
    page does not state what happens to other messages

    Depends on: server-answers-request

    Usual mistakes: the server does not check the QoS of the request

    Scenario Outline: A request at QoS <qos>
      Given a device that hears its response topic
      When the device asks at QoS <qos>
      Then the server does not answer it within 500 ms

      Examples:
        | qos |
        | 1   |
        | 2   |

  @server-outlives-other-qos
  @must
  @last
  Rule: the server MUST continue to serve QoS 0 requests after requests at QoS 1 and 2
    The server must serve the device on the same connection if the server leaves it open, and
    otherwise on a new connection.

    Source: derived from "Device connection", step 1: the service supports QoS 0 messages,
    regardless of earlier messages

    Depends on: server-answers-request

    Usual mistakes: the server waits for the rest of a QoS 2 exchange; the server crashes on a
    packet id; the server no longer serves

    Scenario Outline: After a request at QoS <qos>
      Given a device that hears its response topic
      When the device asks at QoS <qos>
      Then the server still serves the device

      Examples:
        | qos |
        | 1   |
        | 2   |

    Example: After a request at QoS 2 that the device never completes
      Given a device that acknowledges nothing and hears its response topic
      When the device asks at QoS 2
      Then the server still serves the device

    Example: After several requests at QoS 1 and 2
      Given a device that hears its response topic
      When the device asks at QoS 1
      And the device asks at QoS 2
      And the device asks at QoS 1
      Then the server still serves the device

  @server-response-not-retained
  @must
  Rule: the server MUST NOT retain a response for a later subscriber
    A stored response gives a wrong time to every later reader. If a response is marked as retained,
    every broker that forwards it stores it.

    Source: derived from "How it works", steps 2 to 4: the device calculates the time from a
    response to its own message

    Depends on: server-answers-request

    Usual mistakes: the service publishes with the RETAIN flag; the connector retains messages by
    default; a retained message was already there when the run began

    Example: The device subscribes again after it received the response
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When the device connects again and hears its response topic
      Then nothing reaches the device before it asks

    Example: The response is not marked as retained
      Given a device that hears its response topic
      When the device asks
      Then the response comes without the RETAIN flag
