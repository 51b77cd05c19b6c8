Feature: Quality of service and retained messages
  The service supports QoS 0 messages only. A time that comes late, twice or from a store is a wrong time.

  @server-response-qos0
  @must
  Rule: the server MUST deliver the response at QoS 0
    Whatever QoS the subscription was granted, and whatever QoS the request had. A QoS that the server does not grant is not
    needed.

    Source: stated, "Device connection", step 1: "The NTP service supports only QoS 0 messages"

    Depends on: server-answers-request

    Usual mistakes: the service publishes at the QoS of the subscription; the service publishes at the QoS of the request

    Scenario Outline: The subscription asked for QoS <qos>
      Given a device that hears its response topic at QoS <qos>
      When the device asks
      Then the response comes at QoS 0

      Examples:
        | qos |
        | 0   |
        | 1   |
        | 2   |

    Scenario Outline: The request had QoS <request> and the subscription asked for QoS <subscription>
      Given a device that hears its response topic at QoS <subscription>
      When the device asks at QoS <request>
      Then the response, if one comes, comes at QoS 0

      Examples:
        | request | subscription |
        | 1       | 1            |
        | 2       | 2            |

  @server-serves-qos0-only
  @should
  Rule: the server SHOULD NOT serve requests published at QoS 1 or 2
    What happens to such a request is not stated. A server that answers it lets a client pass that the real platform may not
    serve.

    Source: stated, "Device connection", step 1: "The NTP service supports only QoS 0 messages"; the reaction to others is open

    Depends on: server-answers-request

    Usual mistakes: the QoS of the request is not looked at

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
  Rule: the server MUST still serve QoS 0 requests after requests at QoS 1 and 2
    On the same connection where the server left it open, and otherwise on a new one.

    Source: derived from "Device connection", step 1: QoS 0 messages are supported, whatever came before them

    Depends on: server-answers-request

    Usual mistakes: the server waits for the rest of a QoS 2 exchange; the server crashes on a packet id; the server no longer
    serves

    Scenario Outline: After a request at QoS <qos>
      Given a device that hears its response topic
      When the device asks at QoS <qos>
      Then the server still serves the device

      Examples:
        | qos |
        | 1   |
        | 2   |

    Example: After a request at QoS 2 whose exchange the device never completes
      Given a device that acknowledges nothing and hears its response topic
      When the device asks at QoS 2
      Then the server still serves the device

    Example: After requests at every QoS in turn
      Given a device that hears its response topic
      When the device asks at QoS 1
      And the device asks at QoS 2
      And the device asks at QoS 1
      Then the server still serves the device

  @server-response-not-retained
  @must
  Rule: the server MUST NOT leave a response behind for a later subscriber
    A stored response is a wrong time for whoever reads it later. A response marked as retained is stored by whatever it passes.

    Source: derived from "How it works", steps 2 to 4: the time is calculated from a response to the device's own message

    Depends on: server-answers-request

    Usual mistakes: the service publishes with the RETAIN flag; the connector's default is to retain; a retained message was
    already there when the run began

    Example: The device subscribes anew after it was answered
      Given a device that hears its response topic
      And the device has asked, been answered and disconnected
      When the device connects again and hears its response topic
      Then nothing reaches the device before it asks

    Example: The response is not marked as retained
      Given a device that hears its response topic
      When the device asks
      Then the response comes without the RETAIN flag
