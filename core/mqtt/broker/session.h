// What the broker keeps of a client beyond one connection. [MQTT5 4.1]
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mqtt/base/time.h"
#include "mqtt/broker/hold.h"
#include "mqtt/broker/retained_delivery.h"
#include "mqtt/session/message.h"
#include "mqtt/session/outgoing_flight.h"
#include "mqtt/session/packet_identifier_set.h"
#include "mqtt/session/ring_queue.h"
#include "mqtt/topic/indexed_list.h"
#include "mqtt/topic/subscription_trie.h"

namespace mqtt {

struct Connection;

// Session Expiry Interval of a session that never expires. [MQTT5 3.1.2.11.2]
inline constexpr std::uint32_t kNeverExpires = 0xFFFFFFFF;

struct WillMessage {
  Message message;
  std::uint32_t delay = 0;                               // seconds
  std::optional<std::uint32_t> message_expiry_interval;  // seconds, from when it is published
};

struct ItsOwnKey {
  std::uint32_t operator()(std::uint32_t number) const { return number; }
};

struct Session {
  SubscriberId id = 0;
  std::uint32_t serial = 0;  // tells the deadlines of this session from those of an earlier one under the same number
  std::uint64_t record = 0;  // its number in the journal; 0: it ends with its connection, or there is no journal
  std::string client_identifier;
  Connection* connection = nullptr;   // null while the client is away
  std::uint32_t expiry_interval = 0;  // seconds
  Instant expires_at = kNever;        // while the client is away
  std::optional<WillMessage> will;
  Instant will_at = kNever;  // a delayed will's time, while the client is away

  IndexedList<std::uint32_t, ItsOwnKey> subscriptions;  // each the place of a filter, or the number of a shared group
  OutgoingFlight in_flight;
  bool resuming = false;                         // some of them have not been sent on this connection yet
  bool falls_behind = false;                     // nobody waits for it, until its queue is empty
  std::unique_ptr<Hold> hold;                    // null: nobody waits for it
  std::unique_ptr<RetainedDeliveries> retained;  // null: it was told of all that was retained
  RingQueue<Delivery> queue;                     // waits for a connection or for the client's Receive Maximum
  std::size_t queued_bytes = 0;
  std::uint64_t dequeued = 0;  // messages that left the queue so far
  PacketIdentifierSet incoming_qos2;

  // The router's scratch: where this session stands in the list of the message being routed.
  std::uint64_t route_serial = 0;
  std::uint32_t route_index = 0;
};

}  // namespace mqtt
