Feature: Answers that are lost, late, doubled or somebody else's
  QoS 0 messages may be lost, and connections may break.

  @client-foreign-echo
  @should
  Rule: the client SHOULD NOT adopt a time from a response whose deviceSendTime matches none of its requests
    Source: practice; an echo that was altered makes some clients report the year 2055

    Depends on: client-any-offset

    Usual mistakes: the echo is not looked at; the echo is used in the formula without a look

    Example: A response with another deviceSendTime comes first
      Given the platform first delivers a response whose deviceSendTime is 1 h off, and its times too
      When the client asks and is answered
      Then the client reports the right time or none

  @client-duplicate-response
  @should
  Rule: the client SHOULD NOT change its time because a response came twice
    Source: practice; seen in the field

    Depends on: client-accepts-own-type

    Usual mistakes: every message on the response topic is calculated with the last request's stamp

    Example: The response comes twice
      Given the platform answers twice, 60 ms apart, and listens for 300 ms after the client's first time
      When the client asks and is answered
      Then the client does not report another time

  @client-late-response
  @should
  Rule: the client SHOULD NOT combine a late response to an earlier request with a newer request's stamp
    Applies to clients that ask more than once in a run (`sync` in the target file).

    Source: practice; the formula is about the four times of one exchange

    Depends on: client-any-offset

    Usual mistakes: only the last request's stamp is kept, and any response is combined with it

    Example: The first response comes after the second request
      Given a client that asks more than once
      And a platform that answers the first request late
      When the client asks and is answered
      Then the client reports the right time or none

  @client-asks-again
  @should
  Rule: the client SHOULD get its time at a later attempt after an answer was lost
    Applies to clients that ask more than once in a run (`sync` in the target file).

    Source: practice; QoS 0 messages may be lost

    Depends on: client-accepts-own-type

    Usual mistakes: the client waits for ever for the first answer

    Example: The first answer is lost
      Given a client that asks more than once
      And a platform that loses the first answer
      When the client asks and is answered
      Then the client reports a time

  @client-reconnects
  @should
  Rule: the client SHOULD get its time after its connection was cut in mid-exchange
    Applies to clients that ask more than once in a run (`sync` in the target file).

    Source: practice; connections break

    Depends on: client-accepts-own-type

    Usual mistakes: the client does not connect again; it does not subscribe again

    Example: The connection is cut after the first request
      Given a client that asks more than once
      And a platform that cuts the connection after the first request
      When the client asks and is answered
      Then the client reports a time
