// The bridge: a client of the local broker and a client of a remote one, each of which publishes what the other
// receives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/base/time.h"
#include "mqtt/bridge/bridge_options.h"
#include "mqtt/bridge/dialect.h"
#include "mqtt/bridge/topic_map.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/packet/packet.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

// What becomes of a bridge's two connections. Called inside a step: the listener may note, and must not call the
// bridge. Views end with the call.
class BridgeListener {
 public:
  virtual ~BridgeListener() = default;

  // The host dials that side's broker, and calls transport_opened(), or transport_closed() if there is no way.
  virtual void on_connect_due(BridgeSide) = 0;
  // The CONNACK, whatever it says; a refusal is followed by on_closing().
  virtual void on_connack(BridgeSide, const Connack&) {}
  // A broker does not let the bridge subscribe to this: nothing crosses by that rule.
  virtual void on_subscription_refused(BridgeSide, std::string_view /*topic_filter*/, const Error&) {}
  // The remote broker does not take this form of MQTT. With `next` it is dialled at once; nullopt: all were tried.
  virtual void on_dialect_refused(BridgeDialect, std::optional<BridgeDialect> /*next*/) {}
  // A message that the remote broker did not get over in several connections: it is not sent again, and the broker here
  // is told that it was refused. The topic is empty if only the end of its flow was missing.
  virtual void on_given_up(std::string_view /*topic*/, unsigned /*connections*/) {}
  // The bridge is done with this transport: the host writes the rest of the output and closes it, or gives up dialling.
  virtual void on_closing(BridgeSide, const Error&) {}
};

// Running totals since the bridge was made, of one direction.
struct BridgeStatistics {
  std::uint64_t crossed = 0;
  // QoS 0 while the other side was not connected, and what the other broker refused or does not take.
  std::uint64_t dropped = 0;
  // Not among those: what the remote broker did not get over.
  std::uint64_t given_up = 0;
};

// How a transport ended.
enum class TransportEnd : std::uint8_t {
  Lost,    // or was never there, or the host closed it
  ByPeer,  // the peer closed it, or its system said that there is nobody any more
};

// One thread's. Both sides are alike to the host: start(), and then for each side, whenever on_connect_due() says so,
// the calls of a Client (mqtt/client/client.h): transport_opened(), receive() ..., transport_closed(), and after each
// call or several write output() of *both* sides.
//
// A message of QoS 1 or 2 is acknowledged to the broker that it came from when the other broker acknowledged it: so
// none is lost, whichever connection or process ends meanwhile. Those of QoS 2 cross once, whatever happens to the
// connections; one that was on its way when the bridge's process ended crosses again.
//
// What the bridge published does not come back to it: both brokers are asked for no message of the bridge's own (No
// Local). A remote one of 3.1.1 that can't be asked sends it, if the rules let it in; then it is known again (Echoes),
// or crosses back once.
//
// A remote broker of 3.1.1 that grants no QoS 2 is sent none. A message that it does not get over in several
// connections is given up (Suspicion).
//
// Retained messages are kept the same on both sides: core/README.md has the rule.
class Bridge {
 public:
  // Precondition: check() of each rule. The listener must outlive the bridge, and so must `retained`: what the local
  // broker retains, if it is in this process. Without it retained messages cross when they are published, and those of
  // the remote broker again with each connection.
  Bridge(const BridgeOptions& options, BridgeListener& listener, RetainedStore* retained = nullptr);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Asks for the local connection, and when that side is ready for the remote one.
  void start(Instant now);
  // The orderly end of both connections; no other is asked for. The brokers keep the sessions.
  void shut_down(Instant now);

  // --- the transports
  // An Error names the option that can't be sent; then the transport is to be closed.
  Result<void> transport_opened(BridgeSide side, Instant now);
  void receive(BridgeSide side, Bytes bytes, Instant now);
  void transport_closed(BridgeSide side, Instant now, TransportEnd end = TransportEnd::Lost);
  // Runs what is due and answers next_deadline().
  Instant advance(Instant now);

  // --- what has come of them
  const OutputQueue& output(BridgeSide side) const;
  void consume_output(BridgeSide side, std::size_t bytes, std::optional<Instant> now = std::nullopt);
  bool should_close(BridgeSide side) const;
  // False while more waits for the other side than it has taken: the host had better not read on.
  bool takes_input(BridgeSide side) const;
  Instant next_deadline() const;

  // --- questions
  // Connected, and that side's broker has answered to every subscription: what is published there from now on crosses.
  bool ready(BridgeSide side) const;
  // What the remote broker takes, or is tried next.
  BridgeDialect dialect() const;
  // Of what comes from that side.
  const BridgeStatistics& statistics(BridgeSide from) const;

 private:
  class State;
  class Retained;
  std::unique_ptr<State> state_;
};

}  // namespace mqtt
