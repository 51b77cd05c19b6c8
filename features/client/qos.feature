Feature: QoS and RETAIN of a client
  The service supports QoS 0 messages only.

  @client-request-qos0
  @must
  Rule: the client MUST publish its request at QoS 0
    The suite judges every request of the client.

    Source: stated, "Device connection", step 1: "The device sends a QoS 0 message"

    Depends on: client-request-topic

    Usual mistakes: the SDK's default QoS is 1

    Example: The client asks
      When the client asks and is answered
      Then the request is published at QoS 0

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is published at QoS 0

    Example: The first response is lost
      Given a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then the request is published at QoS 0

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the request is published at QoS 0

  @client-subscribes-qos0
  @should
  Rule: the client SHOULD request QoS 0 in its subscription
    The platform sends the response at QoS 0, regardless of the QoS of the subscription.

    Source: practice; "The NTP service supports only QoS 0 messages"

    Depends on: client-request-topic, client-hears-response

    Usual mistakes: the SDK's default QoS is 1

    Example: The client subscribes
      Given a client that does not rely on automatic subscription
      When the client asks and is answered
      Then its response topic was subscribed at QoS 0

    Example: The client asks three times
      Given a client that does not rely on automatic subscription
      And a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then its response topic was subscribed at QoS 0

  @client-request-not-retained
  @should
  Rule: the client SHOULD NOT set RETAIN on its request
    A broker stores a retained request and delivers it again later, when the client no longer waits
    for the response.

    Source: practice; captures of the real platform's devices show the first byte 0x30

    Depends on: client-request-topic

    Usual mistakes: the SDK sets RETAIN by default

    Example: The client asks
      When the client asks and is answered
      Then the request is published without the RETAIN flag

    Example: The client asks three times
      Given a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then the request is published without the RETAIN flag

    Example: The first response is lost
      Given a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then the request is published without the RETAIN flag

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the request is published without the RETAIN flag
