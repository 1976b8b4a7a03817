// One transport after the other: dialled, opened, timed and given up.
#include "mqtt/client/client.h"

#include <algorithm>
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"

namespace mqtt {

namespace {

constexpr Error kOrderly{Fault::CallerMisuse, ReasonCode::Success, ""};

}  // namespace

Client::State::State(const ClientOptions& options, ClientListener& listener, Journal* journal)
    : options_(options),
      listener_(listener),
      schedule_(options.reconnect, options.random_seed),
      fallback_(options.falls_back_to_3_1_1),
      keeps_session_(options.keeps_session || journal != nullptr),
      recorder_(journal, options.unix_time_at_zero),
      restoring_(journal != nullptr) {}

void Client::State::start_attempt(Instant now) {
  if (has_attempt()) end_transport(now);
  attempt_ = {};
  is_abandoned_ = false;
  phase_ = ClientPhase::Dialing;
  wants_reconnection_ = options_.reconnect.enabled;
  redial_at_ = kNever;
  connack_due_at_ = now + options_.connect_timeout;
}

Result<void> Client::State::transport_opened(const Connect& wanted, Instant now) {
  if (phase_ != ClientPhase::Dialing)
    return Error{Fault::CallerMisuse, ReasonCode::ProtocolError, "no attempt to connect was started, or it was ended"};
  if (restoring_)
    return Error{Fault::CallerMisuse, ReasonCode::ProtocolError, "the journal's content was not restored yet"};
  const Connect connect = fallback_.adapt(wanted);
  if (const auto encodable = check_encodable(connect); !encodable) return encodable.error();
  phase_ = ClientPhase::AwaitingConnack;
  version_ = connect.version;
  clean_start_ = connect.clean_start;
  keeps_session_ = !clean_start_ || recorder_.is_on();
  keep_alive_interval_ = connect.keep_alive;
  keep_alive_.begin(keep_alive_interval_, now);
  own_receive_maximum_ = connect.properties.receive_maximum.value_or(65'535);
  own_topic_alias_maximum_ = connect.properties.topic_alias_maximum.value_or(0);
  authentication_method_ = connect.properties.authentication_method;
  reader_ = FrameReader(connect.properties.maximum_packet_size.value_or(kMaximumPacketSize));
  unreleased_ = 0;
  unknown_flows_.begin_transport();
  arrivals_.clear();
  is_reauthenticating_ = false;
  is_warned_of_puback_ = false;
  topic_aliases_in_.clear();
  aliases_.clear();
  session_expiry_interval_ = connect.properties.session_expiry_interval.value_or(0);
  write(PacketType::Connect, 0, now, [&](ByteBuffer& out) { encode(connect, out); });
  return {};
}

void Client::State::receive(Bytes bytes, Instant now) {
  if (phase_ != ClientPhase::AwaitingConnack && phase_ != ClientPhase::Connected) return;
  if (phase_ == ClientPhase::AwaitingConnack) {
    if (const auto error = attempt_.first_bytes.look_at(bytes)) return fail(*error, now);
  }
  now_ = now;
  keep_alive_.note_received(now);  // a part of a packet too, or nothing but the news that some have come
  reader_.feed(bytes);
  while (true) {
    const auto frame = reader_.next();
    if (!frame) {
      last_read_.reset();
      return fail(frame.error(), now);
    }
    if (!*frame) break;
    handle(**frame, now);
    if (phase_ == ClientPhase::Closing) return;
  }
  reader_.keep_rest();
}

void Client::State::transport_closed(Instant now) {
  if (!has_attempt()) return;
  end_transport(now);
  if (!wants_reconnection_ && !attempt_.redials_at_once) return abandon();
  phase_ = ClientPhase::Pausing;
  redial_at_ = attempt_.redials_at_once ? now : now + schedule_.next_delay();
}

void Client::State::end_transport(Instant now) {
  note_end(now);
  phase_ = ClientPhase::Idle;
  connack_due_at_ = kNever;
  keep_alive_.end();
  output_.clear();
  for (const auto& [identifier, pending] : subscriptions_.take_all_pending()) {
    in_flight_.settle(identifier);
    fail_operation(pending.token, kConnectionClosed);
  }
}

void Client::State::advance(Instant now) {
  now_ = now;
  if (phase_ == ClientPhase::Pausing && redial_at_ <= now) {
    redial_at_ = kNever;
    phase_ = ClientPhase::Idle;
    return listener_.on_reconnect_due();
  }
  if (connack_due_at_ <= now && is_connect_leaving(now))
    connack_due_at_ = *keep_alive_.last_left() + options_.connect_timeout;
  if (connack_due_at_ <= now) {
    connack_due_at_ = kNever;
    return give_up({Fault::LimitReached, ReasonCode::ServerUnavailable, "connack timeout", ErrorKind::ConnackTimeout});
  }
  if (phase_ != ClientPhase::Connected) return;
  if (keep_alive_.pingresp_due_at() <= now)
    return give_up(
        {Fault::LimitReached, ReasonCode::KeepAliveTimeout, "Keepalive timeout", ErrorKind::KeepAliveTimeout});
  if (keep_alive_.ping_due_at() <= now) send_ping(now);
}

// A long CONNECT on a slow line has its time from the last of its bytes that left, while some wait behind them.
bool Client::State::is_connect_leaving(Instant now) const {
  if (phase_ != ClientPhase::AwaitingConnack) return false;
  const auto last_left = keep_alive_.last_left();
  const bool is_waiting = !output_.empty() || keep_alive_.has_unsent();
  return is_waiting && last_left && *last_left + options_.connect_timeout > now;
}

Instant Client::State::next_deadline() const {
  const Instant next = std::min(redial_at_, connack_due_at_);
  if (phase_ != ClientPhase::Connected) return next;
  return std::min({next, keep_alive_.pingresp_due_at(), keep_alive_.ping_due_at()});
}

void Client::State::send_ping(Instant now) {
  write(PacketType::Pingreq, 0, now, [](ByteBuffer& out) { encode(Pingreq{}, out); });
  keep_alive_.note_ping(output_.size(), now);
}

bool Client::State::probe(Instant now) {
  if (phase_ != ClientPhase::Connected || keep_alive_.awaits_pingresp()) return false;
  send_ping(now);
  return true;
}

void Client::State::fail(const Error& error, Instant now) {
  if (phase_ == ClientPhase::Connected && version_ == ProtocolVersion::V5_0) {
    const Disconnect disconnect{.reason = error.reason, .properties = {}};
    write(PacketType::Disconnect, 0, now, [&](ByteBuffer& out) { encode(disconnect, ProtocolVersion::V5_0, out); });
  }
  begin_closing(error);
}

// What the end of an attempt says about the next.
void Client::State::note_end(Instant now) {
  if (attempt_.connected_at != kNever)
    return schedule_.connection_lost(now - attempt_.connected_at, attempt_.asked_for_patience);
  if (attempt_.asked_for_patience) schedule_.be_patient();
  if (attempt_.falls_back) return;
  // Some servers close when they don't know the version.
  const bool is_unanswered = phase_ == ClientPhase::AwaitingConnack && attempt_.first_bytes.empty();
  if (!is_unanswered || attempt_.is_stopped) return fallback_.failed();
  attempt_.falls_back = attempt_.redials_at_once = fallback_.closed_without_answer();
}

// The other end is not there any more: nothing waits until it takes the rest of the output.
void Client::State::give_up(const Error& error) {
  output_.clear();
  attempt_.closes_at_once = true;
  begin_closing(error);
}

void Client::State::begin_closing(const Error& error) {
  if (phase_ == ClientPhase::Closing || !has_attempt()) return;
  phase_ = ClientPhase::Closing;
  connack_due_at_ = kNever;
  keep_alive_.end();
  listener_.on_closing(error);
}

void Client::State::disconnect(const Disconnect& disconnect, Instant now) {
  stop_reconnecting();
  if (phase_ == ClientPhase::Connected) write_disconnect(disconnect, now);
  begin_closing(kOrderly);
}

// Whatever the application says, what goes out is a DISCONNECT that the server takes.
void Client::State::write_disconnect(Disconnect disconnect, Instant now) {
  disconnect.reason = reason_code_for(PacketType::Disconnect, disconnect.reason);  // [MQTT-3.14.2-1]
  // A session that was to end with its connection cannot be kept after all. [MQTT5 3.14.2.2.2]
  if (session_expiry_interval_ == 0) disconnect.properties.session_expiry_interval.reset();
  const auto fits = [&] {
    if (!check_encodable(disconnect.properties)) return false;
    ByteBuffer bytes;
    encode(disconnect, version_, bytes);
    return bytes.size() <= granted_.maximum_packet_size;
  };
  if (!fits()) {
    disconnect.properties.reason_string.reset();    // [MQTT-3.14.2-3]
    disconnect.properties.user_properties.clear();  // [MQTT-3.14.2-4]
    disconnect.properties.server_reference.reset();
  }
  if (!fits()) disconnect.properties.session_expiry_interval.reset();  // [MQTT-3.2.2-15]
  write(PacketType::Disconnect, 0, now, [&](ByteBuffer& out) { encode(disconnect, version_, out); });
}

void Client::State::stop_reconnecting() {
  wants_reconnection_ = attempt_.redials_at_once = attempt_.falls_back = false;
  attempt_.is_stopped = true;
  schedule_.begin_anew();
  redial_at_ = kNever;
  if (phase_ == ClientPhase::Pausing) phase_ = ClientPhase::Idle;
  if (phase_ == ClientPhase::Idle) abandon();
}

void Client::State::reconnect(Instant now) {
  attempt_.redials_at_once = true;
  attempt_.is_stopped = attempt_.falls_back = false;
  if (!has_attempt()) {
    is_abandoned_ = false;
    phase_ = ClientPhase::Pausing;
    redial_at_ = now;
  } else if (phase_ == ClientPhase::Connected) {
    write_disconnect({}, now);
    begin_closing(kOrderly);
  } else if (phase_ != ClientPhase::Closing) {
    give_up(kOrderly);
  }
}

// The present attempt goes on with another CONNECT: nothing is wrong yet.
void Client::State::fall_back() {
  attempt_.falls_back = attempt_.redials_at_once = true;
  begin_closing(kOrderly);
}

Client::Client(const ClientOptions& options, ClientListener& listener, Journal* journal)
    : state_(std::make_unique<State>(options, listener, journal)) {}
Client::~Client() = default;

Result<void> Client::restore(Bytes key, Bytes value) {
  return state_->restore(key, value);
}
void Client::finish_restoring() {
  state_->finish_restoring();
}

void Client::start_attempt(Instant now) {
  state_->start_attempt(now);
}
Result<void> Client::transport_opened(const Connect& connect, Instant now) {
  return state_->transport_opened(connect, now);
}
void Client::receive(Bytes bytes, Instant now) {
  state_->receive(bytes, now);
}
void Client::transport_closed(Instant now) {
  state_->transport_closed(now);
}
Instant Client::advance(Instant now) {
  state_->advance(now);
  return state_->next_deadline();
}
Result<void> Client::publish(const Publish& message, OperationToken token, Instant now) {
  return state_->publish(message, token, now);
}
Result<void> Client::subscribe(const Subscribe& subscribe, OperationToken token, Instant now) {
  return state_->subscribe(subscribe, token, now);
}
Result<void> Client::unsubscribe(const Unsubscribe& unsubscribe, OperationToken token, Instant now) {
  return state_->unsubscribe(unsubscribe, token, now);
}
Result<void> Client::authenticate(const Auth& auth, Instant now) {
  return state_->authenticate(auth, now);
}
void Client::disconnect(const Disconnect& disconnect, Instant now) {
  state_->disconnect(disconnect, now);
}
void Client::stop_reconnecting() {
  state_->stop_reconnecting();
}
void Client::reconnect(Instant now) {
  state_->reconnect(now);
}
bool Client::discard(OperationToken token) {
  return state_->discard(token);
}
Result<void> Client::acknowledge(PacketIdentifier identifier, ReasonCode reason, const Properties& properties,
                                 Instant now) {
  return state_->acknowledge(identifier, reason, properties, now);
}
void Client::leave_unacknowledged(PacketIdentifier identifier, Instant now) {
  state_->leave_unacknowledged(identifier, now);
}
void Client::let_host_acknowledge() {
  state_->options_.acknowledged_by_host = true;
}
bool Client::probe(Instant now) {
  return state_->probe(now);
}
void Client::limit_in_flight(std::uint16_t messages, Instant now) {
  state_->limit_in_flight(messages, now);
}
void Client::limit_qos(QoS maximum) {
  QoS& granted = state_->granted_.maximum_qos;
  granted = std::min(granted, maximum);
}
Client::Unacknowledged Client::unacknowledged() const {
  return state_->unacknowledged();
}
std::optional<PacketType> Client::last_read() const {
  return state_->last_read_;
}
std::optional<std::string> Client::give_up_sent(OperationToken token) {
  return state_->give_up_sent(token);
}
const OutputQueue& Client::output() const {
  return state_->output_;
}
void Client::consume_output(std::size_t bytes, std::optional<Instant> now) {
  note_output_taken(bytes, now.value_or(state_->now_));
  state_->output_.consume(bytes);
}
void Client::note_output_taken(std::size_t bytes, Instant now) {
  state_->keep_alive_.note_taken(bytes, now);
}
void Client::drop_output(std::size_t bytes) {
  state_->output_.consume(bytes);
}
void Client::note_unsent(std::size_t bytes, Instant now) {
  state_->keep_alive_.note_unsent(bytes, now);
}
bool Client::should_close() const {
  return state_->phase_ == ClientPhase::Closing;
}
bool Client::should_close_at_once() const {
  return should_close() && state_->attempt_.closes_at_once;
}
Instant Client::next_deadline() const {
  return state_->next_deadline();
}
bool Client::connected() const {
  return state_->phase_ == ClientPhase::Connected;
}
ProtocolVersion Client::version() const {
  return state_->version_;
}
bool Client::falls_back() const {
  return state_->phase_ == ClientPhase::Pausing && state_->attempt_.falls_back;
}
std::size_t Client::queued_messages() const {
  return state_->queue_.size();
}
std::size_t Client::in_flight() const {
  return state_->in_flight_.size();
}

}  // namespace mqtt
