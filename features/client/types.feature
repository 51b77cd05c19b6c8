Feature: The type of a client's timestamp
  A timestamp is a Long or a String. The target file names the type that the client sends
  (`timestampType`), or says that it can send both.

  @client-type-as-declared
  @must
  Rule: the client MUST send the timestamp type that its target file declares
    If the target file declares no type, the client must send a Long, which is the default on the
    page. The suite judges every request of the client.

    Source: stated, "The data type of the timestamp can be Long or String. By default, the Long data
    type is used"

    Depends on: client-sends-time

    Usual mistakes: a client whose documentation says Long sends a String

    Scenario Outline: The client sends a <type>
      Given the client sends a <type>
      When the client asks and is answered
      Then deviceSendTime is a <type>

      Examples:
        | type   |
        | Long   |
        | String |

    Scenario Outline: The client sends a <type> three times
      Given the client sends a <type>
      And a client that asks more than once
      When the client asks 3 times in 1 s or more
      Then deviceSendTime is a <type>

      Examples:
        | type   |
        | Long   |
        | String |

    Scenario Outline: The first response to a <type> is lost
      Given the client sends a <type>
      And a client that asks more than once, or again where it is not answered
      And a platform that loses the first answer
      When the client asks and is answered
      Then deviceSendTime is a <type>

      Examples:
        | type   |
        | Long   |
        | String |

  @client-accepts-own-type
  @must
  Rule: the client MUST understand a response in the type of its own request
    If the client reports no time, and the suite itself sent the response more than 250 ms late, or
    more than 20 ms late and after the client's next request, the suite starts the client again, up
    to two times.

    Source: stated, "The timestamps that are sent by the device and the NTP server are of the same
    data type"

    Depends on: client-hears-response, client-sends-time

    Usual mistakes: the client sends Strings and expects Longs; the client sends Longs and expects
    Strings; no time is ever reported

    Scenario Outline: The client sends a <type> and is answered with <type>s
      Given the client sends a <type>
      When the client asks and is answered
      Then the client reports a time

      Examples:
        | type   |
        | Long   |
        | String |
