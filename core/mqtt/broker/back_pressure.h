// Publishers faster than a subscriber: what was acknowledged to them would be dropped once its queue is full. So the
// further input of those who publish to a long queue is held, and they go on in turns as it gets shorter. Only a client
// that keeps up is waited for: nobody else is to notice one that is slow or stands still.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mqtt/broker/connection.h"
#include "mqtt/broker/deadline_queue.h"
#include "mqtt/broker/outputs.h"
#include "mqtt/broker/session_store.h"

namespace mqtt {

class BackPressure {
 public:
  BackPressure(const SessionStore& sessions, DeadlineQueue& deadlines, Outputs& outputs)
      : sessions_(sessions), deadlines_(deadlines), outputs_(outputs) {}

  static bool is_waited_for(const Session& session);
  // The publisher's input is held from now on. Precondition: the session is waited for.
  void hold_back(Connection& publisher, Session& session, Instant now);
  // Whether the client keeps up, when its time has come. Precondition: somebody waits for the session.
  void judge(Session& session, Instant now);
  // Those who wait for the session go on.
  void let_go(Session& session);
  // The session's client took so many messages out of its queue.
  void note_taken(Session& session, std::size_t messages);

  // The next that goes on: what was held of its input is to be handled before the next call, which may make others
  // wait or go on. Null: nobody.
  Connection* next();
  // One goes on out of turn; false if it need not.
  bool release(Connection& publisher);

 private:
  void await_judgement(Session& session, Instant now);
  // Whose turn it is; null while the session's queue is long.
  Connection* next_held(SubscriberId id);

  const SessionStore& sessions_;
  DeadlineQueue& deadlines_;
  Outputs& outputs_;
  std::optional<SubscriberId> served_;   // whose publishers go on, one by one
  std::vector<SubscriberId> with_room_;  // holds of these may have ended
  RingQueue<Connection*> let_go_;
};

}  // namespace mqtt
