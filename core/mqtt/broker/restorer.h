// The journal's records -> sessions, subscriptions, deliveries and retained messages, as if nothing had happened.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "mqtt/broker/session_endings.h"

namespace mqtt {

class Restorer {
 public:
  Restorer(Recorder& recorder, RetainedMessages& retained, SessionStore& sessions, Subscriptions& subscriptions,
           Deliveries& deliveries, RetainedSlices& retained_slices, SessionEndings& endings)
      : recorder_(recorder),
        retained_(retained),
        sessions_(sessions),
        subscriptions_(subscriptions),
        deliveries_(deliveries),
        retained_slices_(retained_slices),
        endings_(endings) {}

  // The records in the order of their keys, and finish() behind the last. An Error says that one is not ours.
  Result<void> restore(Bytes key, Bytes value);
  void finish(Instant now);

 private:
  Result<void> restore_session(Bytes key, Bytes value);
  Result<void> restore_subscription(Bytes key, Bytes value);
  Result<void> restore_incoming_qos2(Bytes key);
  Result<void> restore_delivery(Bytes key, Bytes value);

  Recorder& recorder_;
  RetainedMessages& retained_;
  SessionStore& sessions_;
  Subscriptions& subscriptions_;
  Deliveries& deliveries_;
  RetainedSlices& retained_slices_;
  SessionEndings& endings_;
  // --- until finish()
  std::unordered_map<std::uint64_t, Session*> by_record_;
  struct OwedRetained {
    Session* session;
    FilterPlace place;
    Subscription subscription;
  };
  std::vector<OwedRetained> owed_;
};

}  // namespace mqtt
