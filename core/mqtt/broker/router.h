// A message -> one copy for each session that subscribed to it, on its way or in its queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mqtt/broker/deliveries.h"
#include "mqtt/broker/retained_messages.h"
#include "mqtt/broker/session_store.h"

namespace mqtt {

class Router {
 public:
  Router(BrokerStatistics& statistics, Recorder& recorder, RetainedMessages& retained, const SessionStore& sessions,
         Subscriptions& subscriptions, Outputs& outputs, Deliveries& deliveries, RetainedSlices& retained_slices)
      : statistics_(statistics),
        recorder_(recorder),
        retained_(retained),
        sessions_(sessions),
        subscriptions_(subscriptions),
        outputs_(outputs),
        deliveries_(deliveries),
        retained_slices_(retained_slices) {}

  struct Acceptance {
    bool matched = false;        // somebody subscribed
    Session* crowded = nullptr;  // one whose queue it made long, or found so, and that is waited for
  };
  // To everybody who subscribed, and retained if it asks for it. `publisher` is null for the host's and a will's own.
  // Uses the fields of `publish` as scratch; they are as they were when it returns.
  Acceptance accept(Publish& publish, const Session* publisher, Instant now);
  // The session ends: what it has of its groups and did not get for good goes to their other members.
  void pass_on(Session& gone, Instant now);

 private:
  // One session that a message goes to, by all its subscriptions that match. [MQTT-3.3.4-2]
  struct Match {
    Session* session = nullptr;
    SubscriberId shared_group = 0;                   // by which it came; 0: by subscriptions of its own
    std::uint8_t options = 0;                        // the highest QoS; Retain As Published if any of them asks for it
    std::uint32_t subscription_identifier = 0;       // 0: none
    std::vector<std::uint32_t> further_identifiers;  // of overlapping subscriptions
  };
  // A PUBLISH as all subscribers of one protocol version, QoS and retain flag get it. Only the packet identifier
  // differs.
  struct Form {
    std::uint64_t route_serial = 0;  // of the message it was encoded for
    ByteBuffer bytes;                // without the payload where that is shared
    std::size_t identifier_offset = 0;
    std::size_t size = 0;  // payload included
  };
  // A message on its way to sessions: kept at most once, and encoded at most once for each form it takes.
  struct Route;

  void merge_matches(QoS qos, const Session* publisher);
  // The member that a message of this QoS goes to, and its turn is over; null if none can take it.
  const Subscription* next_member(SharedGroup& group, QoS qos);
  void deliver(Route& route, const Match& match);
  void deliver_acknowledged(Route& route, Session& session, const Match& match, QoS qos, bool retain);
  // Both false when the packet is more than the client takes. [MQTT-3.1.2-24]
  bool write(Route& route, Connection& connection, const Match& match, QoS qos, bool retain,
             PacketIdentifier identifier);
  bool write_form(Route& route, Connection& connection, QoS qos, bool retain, PacketIdentifier identifier);
  void pass_on(const Delivery& delivery, Instant now);

  BrokerStatistics& statistics_;
  Recorder& recorder_;
  RetainedMessages& retained_;
  const SessionStore& sessions_;
  Subscriptions& subscriptions_;
  Outputs& outputs_;
  Deliveries& deliveries_;
  RetainedSlices& retained_slices_;
  std::uint64_t route_serial_ = 0;  // of the message being routed
  std::vector<Subscription> subscriptions_matched_;
  std::vector<Match> matches_;  // one for each session
  std::vector<Form> forms_;
};

}  // namespace mqtt
