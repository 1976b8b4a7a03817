// A Bridge between two brokers over transports in memory, which may be cut off at any byte.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/bridge/bridge.h"
#include "support/test_broker.h"

namespace mqtt::test {

// Host of one bridge. The brokers and their clocks are the test's; each advance() moves both.
class TestBridge final : private BridgeListener {
 public:
  TestBridge(TestBroker& local, TestBroker& remote, const BridgeOptions& options = {});
  ~TestBridge() override;

  // Asks for the connections and moves bytes until nobody has anything to say.
  void starts();
  // The same for what a test did to one of the brokers.
  void settles();
  void advances(Duration duration);
  // Killed with its transports, and begun again.
  void restarts();
  void shuts_down();

  // The transport is cut; what is under way is lost.
  void loses(BridgeSide side);
  // Cut, and at the place of this side's broker is another from now on.
  void replaces(BridgeSide side, TestBroker& broker);
  // Dials fail from now on, or no more.
  void is_unreachable(BridgeSide side, bool unreachable = true) { transport(side).is_unreachable = unreachable; }
  // Cut as soon as that many bytes have gone towards the broker, or come from it; once.
  void cuts_after_up(BridgeSide side, std::size_t bytes) { transport(side).up_budget = bytes; }
  void cuts_after_down(BridgeSide side, std::size_t bytes) { transport(side).down_budget = bytes; }
  // The remote broker knows these protocol levels of CONNECT alone [MQTT-3.1.2-2]: others it refuses, in the form of
  // 3.1.1 or by closing the connection.
  void remote_knows(std::vector<std::uint8_t> levels, bool closes = false);
  // This side's broker gets nothing more from the bridge, or again.
  void stops_reading(BridgeSide side, bool stops = true) { transport(side).is_stuck = stops; }

  Bridge& machine() { return *bridge_; }
  std::size_t bytes_up(BridgeSide side) { return transport(side).bytes_up; }
  std::size_t bytes_down(BridgeSide side) { return transport(side).bytes_down; }
  std::optional<ConnectionId> connection(BridgeSide side) { return transport(side).connection; }

  // What the listener was told, each as a line, since the last call.
  std::vector<std::string> notes() { return std::exchange(notes_, {}); }

 private:
  struct Transport {
    TestBroker* broker;
    bool is_due = false;
    bool is_unreachable = false;
    bool is_stuck = false;
    std::optional<ConnectionId> connection{};
    std::optional<std::size_t> up_budget{}, down_budget{};
    std::size_t bytes_up = 0;
    std::size_t bytes_down = 0;
  };

  void on_connect_due(BridgeSide side) override { transport(side).is_due = true; }
  void on_connack(BridgeSide side, const Connack& connack) override;
  void on_subscription_refused(BridgeSide side, std::string_view topic_filter, const Error& error) override;
  void on_dialect_refused(BridgeDialect refused, std::optional<BridgeDialect> next) override;
  void on_given_up(std::string_view topic, unsigned connections) override;
  void on_closing(BridgeSide side, const Error& error) override;

  Transport& transport(BridgeSide side) { return transports_[static_cast<std::size_t>(side)]; }
  Instant now() const { return transports_[0].broker->now(); }
  std::unique_ptr<Bridge> make_bridge();
  void ends(BridgeSide side, TransportEnd end);
  bool is_refused(const std::vector<std::uint8_t>& bytes) const;
  bool moves(BridgeSide side);
  bool moves_up(BridgeSide side);
  bool moves_down(BridgeSide side);
  void dials(BridgeSide side);

  BridgeOptions options_;
  std::array<Transport, 2> transports_;
  std::vector<std::uint8_t> known_levels_;  // none: every one
  bool closes_unknown_ = false;
  std::unique_ptr<Bridge> bridge_;
  std::vector<std::string> notes_;
};

}  // namespace mqtt::test
