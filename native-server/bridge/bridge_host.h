// A bridge between the server's own broker and one elsewhere: dials both, and moves octets and time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "config/server_options.h"
#include "mqtt/bridge/bridge.h"
#include "net/link.h"
#include "net/reactor.h"
#include "net/tcp.h"
#include "upstream/gathering.h"
#include "upstream/upstream_dial.h"

namespace wasmqtt {

class BridgeHost final : private mqtt::BridgeListener {
 public:
  // `broker` takes the local side's links; it must outlive the bridge.
  BridgeHost(Reactor& reactor, const BridgeTarget& target, LinkAcceptor& broker);
  ~BridgeHost();

  // `on_local_ready` is called once, when nothing that the broker is told from then on can miss the bridge.
  void start(std::function<void()> on_local_ready);
  // Ends both connections, politely, and dials no more.
  void shut_down();

 private:
  // One of the two sides' links.
  struct End final : LinkListener {
    End(BridgeHost& owner, mqtt::BridgeSide which) : host(owner), side(which) {}

    void on_octets(Bytes octets) override;
    void on_writable() override;
    void on_end(const LinkEnd& end) override;

    void open(std::shared_ptr<Link> opened);
    void flush();
    void pace_reading();
    void lose();

    BridgeHost& host;
    mqtt::BridgeSide side;
    std::shared_ptr<Link> link;  // null: there is no connection
    bool is_blocked = false;     // the link will call on_writable()
    bool is_paused = false;
    bool is_time_limited = false;
    bool is_gathering = false;
  };

  void on_connect_due(mqtt::BridgeSide side) override;
  void on_connack(mqtt::BridgeSide side, const mqtt::Connack& connack) override;
  void on_subscription_refused(mqtt::BridgeSide side, std::string_view topic_filter, const mqtt::Error& error) override;
  void on_closing(mqtt::BridgeSide side, const mqtt::Error& error) override;

  void conclude();
  void connect_local();
  void dial_remote();
  void on_dialled(UpstreamDial::Outcome outcome);
  void report_dropped();
  void arm_timer();

  Reactor& reactor_;
  Upstream upstream_;
  LinkAcceptor& broker_;
  mqtt::Bridge bridge_;
  std::array<End, 2> ends_;
  std::shared_ptr<UpstreamDial> dial_;
  Gathering gathering_;  // of what comes from the remote side
  std::function<void()> on_local_ready_;
  Timer timer_;
  mqtt::Instant timer_at_ = mqtt::kNever;
  std::uint64_t dropped_ = 0;     // messages that the log has told of
  std::array<bool, 2> is_due_{};  // by side: the connection
};

}  // namespace wasmqtt
