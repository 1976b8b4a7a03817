// What a host may set of a client, beyond what each CONNECT says.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mqtt/base/time.h"
#include "mqtt/codec/frame_reader.h"

namespace mqtt {

// The pause before attempt n is initial * factor^n, at most maximum, spread by +- jitter of itself. A connection that
// the server accepts begins the pauses anew when it has lasted (ReconnectSchedule).
struct ReconnectPolicy {
  bool enabled = true;
  Duration initial_delay = std::chrono::seconds(1);
  Duration maximum_delay = std::chrono::seconds(30);
  double factor = 2.0;  // 1 keeps the pause while attempts fail
  double jitter = 0.2;  // 0 to 1
};

struct ClientOptions {
  ReconnectPolicy reconnect;
  // From start_attempt() to the CONNACK; while a long CONNECT is leaving, from the last byte of it that has left.
  Duration connect_timeout = std::chrono::seconds(30);
  // With CONNECTs of 5.0: speak 3.1.1 to a server that does not speak 5.0 (VersionFallback).
  bool falls_back_to_3_1_1 = false;
  // When no attempt follows any more, because reconnecting is off or was stopped, all operations that wait fail; until
  // the host starts an attempt, those that are begun fail too. false: they wait, for a host that keeps account of them.
  bool fails_what_waits = true;
  // Messages of QoS 1 and 2 whose operations fail that way stay, and go out if the host does start an attempt: for
  // sessions that outlive a connection. With a journal, and after a CONNECT without Clean Start, they stay anyway.
  bool keeps_session = false;
  // Subscribe again, when the server has no session, to all that is subscribed.
  bool resubscribe = true;
  // Topic filters in one SUBSCRIBE of a resubscription; 0 is no limit.
  std::size_t subscribe_batch_size = 0;
  // QoS 0 messages published without a connection wait for one; else they fail.
  bool queue_qos_zero = true;
  // Messages and bytes that may wait for a connection or for the server's Receive Maximum; a publish() beyond it
  // fails.
  std::size_t maximum_queued_messages = SIZE_MAX;
  std::size_t maximum_queued_bytes = SIZE_MAX;
  // Topic aliases that the client gives to the topics it publishes to most; the server's Topic Alias Maximum may lower
  // it. 0: only those that the application sets. With automatic ones the application's own never reach the wire.
  std::uint16_t maximum_automatic_topic_aliases = 0;
  // Messages of QoS 1 and 2 are acknowledged by the host, with Client::acknowledge(), and not by the client itself.
  bool acknowledged_by_host = false;
  // A message that waited goes out with the server's Maximum QoS if that is lower than its own; else it fails.
  bool lowers_qos = false;
  // For a client that goes on with the session of a process that has ended, and has no journal of it: packet
  // identifiers of that process may be unreleased on the server, which would take a QoS 2 message under one of them for
  // a copy of theirs. Each is released (PUBREL) before it is first used.
  bool releases_unknown_identifiers = false;
  // The host's clock: the Unix time, in milliseconds, at its Instant 0. What a journal keeps expires by it, over a
  // restart too.
  std::int64_t unix_time_at_zero = 0;
  // Spreads the pauses between attempts; hosts set it from their source of randomness.
  std::uint64_t random_seed = 0;
};

}  // namespace mqtt
