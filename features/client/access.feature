Feature: A client's signature
  The platform identifies its devices by a signature in CONNECT.

  @client-signs
  @must
  @aliyun-hmac
  Rule: the client MUST sign its CONNECT with its device secret
    The user name is `{deviceName}&{productKey}`. The MQTT client id is
    `{clientId}|securemode=…,signmethod=…|`, with an optional timestamp. The password is the
    hexadecimal HMAC of `clientId{clientId}deviceName{deviceName}productKey{productKey}`. If the
    client sends a timestamp, the HMAC also covers `timestamp{timestamp}`. Upper and lower case
    hexadecimal digits are equal.

    Source: documented, "Establish MQTT connections over TCP" of the same platform

    Usual mistakes: the signed parts are in another order; the client sends a timestamp and does not
    sign it; the client signs with another method than the one that it names

    Example: The client connects
      When the client asks and is answered
      Then its CONNECT is signed
