// CONNECT and AUTH -> a session and a CONNACK, or a refusal; and the authority's answers, now or later. [MQTT5 4.12]
#pragma once

#include <optional>
#include <string>

#include "mqtt/broker/connections.h"

namespace mqtt {

class Handshake {
 public:
  Handshake(const BrokerOptions& options, BrokerStatistics& statistics, BrokerObserver& observer,
            BrokerAuthority& authority, Recorder& recorder, Outputs& outputs, SessionStore& sessions,
            Deliveries& deliveries, RetainedSlices& retained_slices, SessionEndings& endings, Connections& connections)
      : options_(options),
        statistics_(statistics),
        observer_(observer),
        authority_(authority),
        recorder_(recorder),
        outputs_(outputs),
        sessions_(sessions),
        deliveries_(deliveries),
        retained_slices_(retained_slices),
        endings_(endings),
        connections_(connections),
        wills_are_decided_(authority.decides_publishes()) {}

  void handle_connect(Connection& connection, const Frame& frame, Instant now);
  void handle_auth(Connection& connection, const Frame& frame, Instant now);
  // What the authority did not know when it was asked. True if it is decided and the connection goes on: its held
  // input is to be handled then.
  bool decide(Connection& connection, const Verdict& verdict, Instant now);

 private:
  // --- handle_connect.cpp
  void conclude_connect(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now);
  void admit(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now);
  // In the form of `version`; of a CONNECT that got not as far as its version, without a word.
  void refuse_connect(Connection& connection, std::optional<ProtocolVersion> version, const Error& error, Instant now,
                      const Verdict* verdict = nullptr);
  Session& take_session(Connection& connection, const Connect& connect, std::string client_identifier, bool& present,
                        Instant now);
  bool accept_connect(Connection& connection, const Connect& connect, const Verdict& verdict, bool present,
                      bool assigned);

  // --- handle_auth.cpp
  // The authority's answer, or that there is none yet.
  void judge(Connection& connection, const std::optional<Verdict>& verdict, Instant now);
  void carry_out(Connection& connection, const Verdict& verdict, Instant now);
  void send_auth(Connection& connection, const Verdict& verdict, Instant now);
  void fail_authentication(Connection& connection, const Error& error, Instant now, const Verdict* verdict = nullptr);

  const BrokerOptions& options_;
  BrokerStatistics& statistics_;
  BrokerObserver& observer_;
  BrokerAuthority& authority_;
  Recorder& recorder_;
  Outputs& outputs_;
  SessionStore& sessions_;
  Deliveries& deliveries_;
  RetainedSlices& retained_slices_;
  SessionEndings& endings_;
  Connections& connections_;
  const bool wills_are_decided_;
};

}  // namespace mqtt
