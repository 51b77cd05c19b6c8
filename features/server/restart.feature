Feature: A restart of the server
  Servers are restarted: for an update, or after a power failure. Their devices continue to ask.

  @server-comes-back
  @should
  Rule: the server SHOULD serve again after its container or process was restarted
    A container is started again in the state in which it ended; a process is started with the same command in the same folder.
    The port may change. The requirement does not apply where the suite did not start the server.

    Source: practice; the page says nothing about restarts, but a device that asks after one needs a response as before

    Depends on: server-answers-request

    Usual mistakes: a lock file or a socket that an earlier start left behind keeps the next one from starting; a stored session
    or queue cannot be read again; the server no longer serves

    Example: The server was asked to end
      Given a server that the suite has started
      When the server is ended by SIGTERM and started again
      Then the server serves a device

    Example: The server was killed
      Given a server that the suite has started
      When the server is ended by SIGKILL and started again
      Then the server serves a device
