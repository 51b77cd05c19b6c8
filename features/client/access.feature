Feature: A client's signature
  The platform knows its devices by a signature in CONNECT.

  @client-signs
  @must
  @aliyun-hmac
  Rule: the client MUST sign its CONNECT with its device secret
    User name `{deviceName}&{productKey}`, MQTT client id `{clientId}|securemode=…,signmethod=…|` with an optional timestamp,
    password the
    hexadecimal HMAC of `clientId{clientId}deviceName{deviceName}productKey{productKey}` and, when a timestamp is sent,
    `timestamp{timestamp}`. Upper and lower case are equal.

    Source: documented, "Establish MQTT connections over TCP" of the same platform

    Usual mistakes: another order of the signed parts; the timestamp is sent and not signed; another method than the one that is
    named

    Example: The client connects
      When the client asks and is answered
      Then its CONNECT is signed
