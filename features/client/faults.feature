Feature: Lost, late, duplicate and foreign responses
  QoS 0 messages may be lost, and connections may break.

  @client-foreign-echo
  @should
  Rule: the client SHOULD NOT take a time from a response whose deviceSendTime matches none of its requests
    Source: practice; an altered deviceSendTime makes some clients report the year 2055

    Depends on: client-any-offset

    Usual mistakes: the returned deviceSendTime is not checked; the returned deviceSendTime is used
    in the formula without a check

    Example: A response with an unknown deviceSendTime comes first
      Given the platform first sends a response for the client itself, times 1 h off, deviceSendTime 1 h off
      When the client asks and is answered
      Then the client reports the right time or none

  @client-duplicate-response
  @should
  Rule: the client SHOULD NOT change its time when a response arrives twice
    The second copy, calculated like a new response, puts the time 30 ms off. A client that prints its
    corrected clock again does nothing wrong, if its time advances like real time, to within 10 ms.

    Source: practice; seen in the field

    Depends on: client-accepts-own-type

    Usual mistakes: the client combines every message on the response topic with the deviceSendTime
    of its last request

    Example: The response arrives twice
      Given a client that reports milliseconds
      And the platform answers twice, 60 ms apart, and listens for 300 ms after the client's first time
      When the client asks and is answered
      Then the client does not report another time

  @client-late-response
  @should
  Rule: the client SHOULD NOT combine a late response to an earlier request with the deviceSendTime of a newer request
    This requirement applies only to clients that send more than one request in a run: as `sync` in
    the target file says, or when they get no response to the first one.

    Source: practice; the formula uses the four times of one exchange

    Depends on: client-any-offset

    Usual mistakes: the client keeps only the deviceSendTime of its last request, and combines any
    response with it

    Example: The first response arrives after the second request
      Given a client that asks more than once, or again where it is not answered
      And a platform that answers the first request late
      When the client asks and is answered
      Then the client reports the right time or none

  @client-asks-again
  @should
  Rule: the client SHOULD get its time from a later request after a response was lost
    This requirement applies only to clients that send more than one request in a run: as `sync` in
    the target file says, or when they get no response to the first one.

    Source: practice; QoS 0 messages may be lost

    Depends on: client-any-offset

    Usual mistakes: the client waits forever for the first response; the next response is combined
    with the deviceSendTime of the request that was not answered

    Example: The first response is lost
      Given a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then the client reports the time that the formula gives

  @client-reconnects
  @should
  Rule: the client SHOULD get its time after its connection was cut during an exchange
    This requirement applies only to clients that send more than one request in a run (`sync` in the
    target file).

    Source: practice; connections break

    Depends on: client-accepts-own-type

    Usual mistakes: the client does not reconnect; it does not subscribe again

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the client reports a time
