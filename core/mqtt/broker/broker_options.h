// What a host may set of a broker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mqtt/base/time.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

struct BrokerOptions {
  // --- what a client may send. Larger packets are refused; announced to 5.0 clients. Bytes.
  std::uint32_t maximum_packet_size = kMaximumPacketSize;
  // Unacknowledged QoS 1 and 2 PUBLISH packets that a client may have on the way to the broker. 1 to 65,535.
  std::uint16_t receive_maximum = 1024;
  // Topic aliases that a client may set. [MQTT5 3.2.2.3.8]
  std::uint16_t topic_alias_maximum = 32;
  // Of topic names and filters: bytes, and levels. Beyond it: TopicNameInvalid, TopicFilterInvalid.
  std::size_t maximum_topic_length = 65'535;
  std::size_t maximum_topic_levels = 65'536;
  // A QoS 2 message (or will) to a broker of Maximum QoS 1 is refused; subscriptions are granted no more.
  QoS maximum_qos = QoS::ExactlyOnce;
  bool retain_available = true;
  bool wildcard_subscription_available = true;
  bool subscription_identifiers_available = true;
  bool shared_subscription_available = true;
  // Seconds; a 5.0 client that wants a longer or no Keep Alive is told this one [MQTT-3.1.2-21]. 0: any will do.
  std::uint16_t maximum_keep_alive = 0;
  // The time a connection has for its CONNECT, and with an Authentication Method until it is accepted.
  Duration connect_timeout = std::chrono::seconds(10);

  // --- what goes to a client. Unacknowledged QoS 1 and 2 PUBLISH packets on the way to a client; its Receive Maximum
  // may lower it. 1 to 65,535.
  std::uint16_t maximum_in_flight = 8192;
  // Aliases that the broker sets for the topics a client gets most; its Topic Alias Maximum may lower it.
  std::uint16_t maximum_outgoing_topic_aliases = 64;
  // Bytes that wait for a connection's socket; beyond it QoS 0 messages to it are dropped and counted.
  std::size_t maximum_output_bytes = 16 * 1024 * 1024;
  // What a client that asks for Response Information is told: the topics it may use for responses begin with it. Empty:
  // nothing. [MQTT5 3.2.2.3.15]
  std::string response_information{};

  // --- what is kept. Messages of QoS 1 and 2 that wait for a client, beyond those in flight, and their bytes; and all
  // clients' together. Further ones are dropped and counted; but those who publish them wait for a client that keeps
  // up. Before that, while all together are at their limit, QoS 0 messages go only to clients that have nothing
  // waiting.
  std::size_t maximum_queued_messages = 100'000;
  std::size_t maximum_queued_bytes = SIZE_MAX;
  std::size_t maximum_queued_messages_in_all = SIZE_MAX;
  std::size_t maximum_queued_bytes_in_all = SIZE_MAX;
  // Beyond it a message that would be retained under a new topic is refused with QuotaExceeded.
  std::size_t maximum_retained_messages = SIZE_MAX;
  // Of one client; further ones are refused with QuotaExceeded.
  std::size_t maximum_subscriptions = SIZE_MAX;
  // Clients that are connected at a time; further ones are refused with ServerBusy.
  std::size_t maximum_connections = SIZE_MAX;
  // Sessions expire at the latest after this many seconds without a connection; 0xFFFFFFFF is never.
  std::uint32_t maximum_session_expiry_interval = 0xFFFFFFFF;

  // --- the host's clock: the Unix time, in milliseconds, at its Instant 0. What a journal keeps expires by it, over a
  // restart too.
  std::int64_t unix_time_at_zero = 0;

  // --- statistics under $SYS/broker: brought up to date this often while a client is connected. Zero: there are none.
  Duration statistics_interval{0};
  // What $SYS/broker/version says.
  std::string version{"wasmqtt"};

  // Makes the client identifiers that the broker assigns unpredictable; hosts set it from their source of randomness.
  std::uint64_t random_seed = 0;
};

}  // namespace mqtt
