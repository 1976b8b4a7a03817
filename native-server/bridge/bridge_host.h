// A bridge between the server's own broker and one elsewhere: dials both, and moves bytes and time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/server_options.h"
#include "mqtt/bridge/bridge.h"
#include "net/deadline_timer.h"
#include "net/link.h"
#include "net/reactor.h"
#include "upstream/gathering.h"
#include "upstream/upstream_dial.h"

namespace wasmqtt {

class BridgeHost final : private mqtt::BridgeListener {
 public:
  // `broker` takes the local side's links, and `retained` is what it retains; both must outlive the bridge.
  BridgeHost(Reactor& reactor, const BridgeTarget& target, LinkAcceptor& broker, mqtt::RetainedStore& retained);
  ~BridgeHost();

  // `on_local_ready` is called once, when nothing that the broker is told from then on can miss the bridge.
  void start(std::function<void()> on_local_ready);
  // Ends both connections, politely, and dials no more.
  void shut_down();

 private:
  // One of the two sides' links.
  struct End final : LinkListener {
    End(BridgeHost& owner, mqtt::BridgeSide which) : host(owner), side(which) {}

    void on_bytes(Bytes bytes) override;
    void on_writable() override;
    void on_end(const LinkEnd& end) override;

    void open(std::shared_ptr<Link> opened);
    void flush();
    void pace_reading();
    void lose(mqtt::TransportEnd end);

    BridgeHost& host;
    mqtt::BridgeSide side;
    bool is_due = false;         // the connection
    std::shared_ptr<Link> link;  // null: there is none
    bool is_blocked = false;     // the link will call on_writable()
    bool is_paused = false;
    bool is_time_limited = false;
    bool is_gathering = false;
  };

  void on_connect_due(mqtt::BridgeSide side) override;
  void on_connack(mqtt::BridgeSide side, const mqtt::Connack& connack) override;
  void on_subscription_refused(mqtt::BridgeSide side, std::string_view topic_filter, const mqtt::Error& error) override;
  void on_dialect_refused(mqtt::BridgeDialect refused, std::optional<mqtt::BridgeDialect> next) override;
  void on_given_up(std::string_view topic, unsigned connections) override;
  void on_closing(mqtt::BridgeSide side, const mqtt::Error& error) override;

  End& end(mqtt::BridgeSide side) { return ends_[static_cast<std::size_t>(side)]; }
  // Of that side's broker, for the log.
  std::string name_of(mqtt::BridgeSide side) const;
  void conclude();
  void open_due();
  void connect_local();
  void dial_remote();
  void on_dialled(UpstreamDial::Outcome outcome);
  void report_dropped();

  Reactor& reactor_;
  Upstream upstream_;
  LinkAcceptor& broker_;
  mqtt::Bridge bridge_;
  std::array<End, 2> ends_;
  std::shared_ptr<UpstreamDial> dial_;
  Gathering gathering_;  // of what comes from the remote side
  std::function<void()> on_local_ready_;
  DeadlineTimer timer_;
  std::uint64_t dropped_ = 0;  // messages that the log has told of
};

}  // namespace wasmqtt
