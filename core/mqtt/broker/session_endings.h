// Sessions whose client is gone: the will, now or later, and the session's end, now or later.
#pragma once

#include "mqtt/broker/deadline_queue.h"
#include "mqtt/broker/router.h"

namespace mqtt {

class SessionEndings {
 public:
  SessionEndings(SessionStore& sessions, Subscriptions& subscriptions, Recorder& recorder, DeadlineQueue& deadlines,
                 Router& router)
      : sessions_(sessions),
        subscriptions_(subscriptions),
        recorder_(recorder),
        deadlines_(deadlines),
        router_(router) {}

  // The client is gone. The session may end with this. [MQTT-3.1.2-23]
  void leave(Session& session, bool publish_will, Instant now);
  // The same of a session from the journal, whose client went with an earlier process.
  void restore(Session& session, Instant now);
  // Precondition: it has a will. [MQTT-3.1.2-8]
  void publish_will(Session& session, Instant now);
  // Precondition: the client is gone. The session is no more then.
  void end(Session& session, Instant now);

 private:
  SessionStore& sessions_;
  Subscriptions& subscriptions_;
  Recorder& recorder_;
  DeadlineQueue& deadlines_;
  Router& router_;
};

}  // namespace mqtt
