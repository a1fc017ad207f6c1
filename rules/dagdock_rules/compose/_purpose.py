"""What programs are for whose work needs more of the host than other containers get."""

from __future__ import annotations

from posixpath import basename

from dagdock.api import Port, Project, Service

# Parts of image names: programs that look at the machine or at the network around it.
MONITORS = (
    "node-exporter", "node_exporter", "cadvisor", "netdata", "datadog", "glances", "telegraf", "dd-agent",
    "scaphandre", "newrelic", "beats/", "filebeat", "metricbeat", "packetbeat", "auditbeat", "falco", "sysdig",
    "process-exporter", "elastic-agent", "zabbix-agent", "smartctl", "scrutiny", "alloy", "promtail", "fluent",
    "vector", "parca", "beszel", "wazuh", "crowdsec", "fail2ban", "dozzle", "ntopng", "suricata", "zeek", "speedtest",
    "prometheus-exporter", "monit",
)  # fmt: skip
# … that find devices around them or send what they play, and want no more than to be in that network …
PLAYERS = (
    "plex", "jellyfin", "emby", "homebridge", "scrypted", "frigate", "roon", "minidlna", "gerbera", "airsonic",
    "snapcast", "shairport", "owntone", "lms", "dlna", "airplay", "aircast", "airconnect", "chromecast",
    "games-on-whales", "sunshine", "mediamtx", "rtsp-simple-server",
)  # fmt: skip
# … and that work on networks.
NETWORKS = (
    *PLAYERS,
    "home-assistant", "homeassistant", "hass", "tailscale", "wireguard", "wg-", "openvpn", "zerotier", "headscale",
    "wgdashboard", "netbird", "cloudflared", "unifi", "omada", "pihole", "adguard", "dnsmasq", "dhcp", "avahi",
    "keepalived", "coredns", "unbound", "samba", "mdns", "vpn", "softether", "matter", "asterisk", "freepbx",
    "freeswitch", "jitsi", "coturn", "livekit", "gluetun", "frp", "snell", "shadowsocks", "v2ray", "xray", "sing-box",
    "hysteria", "ddns", "netfilter", "upsnap", "watchyourlan", "netalert", "pi.alert", "pialert", "arpwatch",
    "wakeonlan", "wake-on-lan", "proxmox", "kea", "ser2net", "upnp", "esphome", "zwave", "zigbee", "gerbil",
    "multicast", "netbox-agent", "mailcow/netfilter", "tunnel", "nebula", "calico", "flannel", "pptp", "l2tp",
    "ipsec", "passivedns", "openconnect", "anyconnect", "tftp", "iventoy", "rinetd", "ipfm", "strongswan", "iptables",
    "haproxy-keepalived", "gladys", "domoticz", "openhab",
)  # fmt: skip

# Programs that listen in on a network, or try what it withstands.
SNIFFERS = (
    "bettercap", "aircrack", "airgeddon", "kismet", "hcxtools", "hcxdump", "tcpdump", "tshark", "wireshark", "netshoot",
    "dnsmonster", "dnscap", "arkime", "snort", "nmap", "masscan", "ettercap", "hostapd", "sniff", "p0f", "ntopng",
    "suricata", "zeek", "packetbeat", "maltrail",
)  # fmt: skip


def is_one_of(service: Service, parts: tuple[str, ...], project: Project) -> bool:
    """Whether the service's image, or the one that it is built on, is named like one of these programs."""
    stage = project.stage_of(service) if service.build else None
    base = stage.root_image if stage else None
    names = f"{service.image.raw if service.image else ''} {base.name if base else ''}".lower()
    return any(part in names for part in parts)


def works_on_networks(service: Service, project: Project) -> bool:
    """Whether a service is there for a network's work: by its image, or by the tunnel and routes that it asks for."""
    if is_one_of(service, (*NETWORKS, *SNIFFERS), project) or any(map(_is_tunnel, service.ports)):
        return True
    if {"NET_ADMIN", "NET_RAW"} <= rights_added(service):
        return True
    names = f"{service.name} {basename(service.file.source.path)}".lower()
    if any(part in names for part in (*NETWORKS, *SNIFFERS) if len(part) > 3):
        return True
    routes = any(setting.name.startswith("net.ipv4.") for setting in service.settings("sysctls"))
    return routes or any("/dev/net/tun" in (device.resolved or "") for device in service.values("devices"))


def rights_added(service: Service) -> set[str]:
    """The rights that `cap_add` gives, in capitals and without `CAP_`."""
    return {(value.resolved or "").upper().removeprefix("CAP_") for value in service.values("cap_add")}


def _is_tunnel(port: Port) -> bool:
    """Whether it is the usual port of WireGuard or OpenVPN."""
    return port.protocol == "udp" and port.target is not None and any(number in port.target for number in (51820, 1194))
