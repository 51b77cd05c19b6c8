Feature: A restart of the server
  Servers are restarted: for an update, after a failure of power. Their devices go on asking.

  @server-comes-back
  @must
  Rule: the server MUST serve again after its container or process was restarted
    A container is started again as it was left, a process with the same command in the same folder. The port may be another one.
    Inapplicable where the suite did not start the server.

    Source: derived from "How it works", steps 1 and 2: a device that sends a message gets a response, whatever was before

    Depends on: server-answers-request

    Usual mistakes: a lock file or a socket that an earlier start left behind keeps the next one from starting; a stored session
    or
    queue cannot be read again; the server no longer serves

    Example: The server was asked to end
      Given a server that the suite has started
      When the server is ended by SIGTERM and started again
      Then the server serves a device

    Example: The server was killed
      Given a server that the suite has started
      When the server is ended by SIGKILL and started again
      Then the server serves a device
