// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/words.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MOST = 63 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/**
 * distance() - How many slips lie between two words (optimal string alignment)
 *
 * Three rows of the usual table are kept: a swap looks two rows back.
 */
static int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int rows[3][WORD_MOST + 1];
	int *before = rows[0], *last = rows[1], *now = rows[2];

	if (a_len > WORD_MOST || b_len > WORD_MOST)
		return WORD_MOST;
	for (size_t j = 0; j <= b_len; j++)
		last[j] = (int)j;
	for (size_t i = 1; i <= a_len; i++) {
		int *spare = before;

		now[0] = (int)i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
			now[j] = least(now[j], least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

const char *words_nearest(const char *s, size_t len, const char *const *among)
{
	const char *nearest = NULL;
	int best = WORD_MOST;

	for (; *among; among++) {
		const size_t size = strlen(*among);
		const int d = distance(s, len, *among, size);

		if (d < best && d <= (int)size / 3) {
			best = d;
			nearest = *among;
		}
	}
	return nearest;
}

/* ----------------------------------------------------------------- sysctls */

enum { SLIPS_MOST = 2 };

/**
 * The well-known names, whether or not a namespace of its own has them, and
 * from all kernels: whoever writes tcp_mem does not mean tcp_rmem.
 */
static const char *const sysctls[] = {
	"net.core.busy_poll", "net.core.busy_read", "net.core.default_qdisc",
	"net.core.netdev_max_backlog", "net.core.optmem_max", "net.core.rmem_default",
	"net.core.rmem_max", "net.core.rps_default_mask", "net.core.somaxconn",
	"net.core.tstamp_allow_data", "net.core.txrehash", "net.core.wmem_default",
	"net.core.wmem_max",
	"net.ipv4.fib_multipath_hash_fields", "net.ipv4.fib_multipath_hash_policy",
	"net.ipv4.fib_multipath_hash_seed", "net.ipv4.fib_multipath_use_neigh",
	"net.ipv4.fib_notify_on_flag_change", "net.ipv4.fib_sync_mem", "net.ipv4.fwmark_reflect",
	"net.ipv4.icmp_echo_enable_probe", "net.ipv4.icmp_echo_ignore_all",
	"net.ipv4.icmp_echo_ignore_broadcasts", "net.ipv4.icmp_errors_use_inbound_ifaddr",
	"net.ipv4.icmp_ignore_bogus_error_responses", "net.ipv4.icmp_msgs_burst",
	"net.ipv4.icmp_msgs_per_sec", "net.ipv4.icmp_ratelimit", "net.ipv4.icmp_ratemask",
	"net.ipv4.ip_autobind_reuse", "net.ipv4.ip_default_ttl", "net.ipv4.ip_dynaddr",
	"net.ipv4.ip_early_demux", "net.ipv4.ip_forward", "net.ipv4.ip_forward_update_priority",
	"net.ipv4.ip_forward_use_pmtu", "net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_no_pmtu_disc",
	"net.ipv4.ip_nonlocal_bind", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.nexthop_compat_mode", "net.ipv4.ping_group_range",
	"net.ipv4.raw_l3mdev_accept", "net.ipv4.tcp_abort_on_overflow",
	"net.ipv4.tcp_adv_win_scale", "net.ipv4.tcp_allowed_congestion_control",
	"net.ipv4.tcp_app_win", "net.ipv4.tcp_autocorking",
	"net.ipv4.tcp_available_congestion_control", "net.ipv4.tcp_available_ulp",
	"net.ipv4.tcp_backlog_ack_defer", "net.ipv4.tcp_base_mss",
	"net.ipv4.tcp_challenge_ack_limit", "net.ipv4.tcp_child_ehash_entries",
	"net.ipv4.tcp_comp_sack_delay_ns", "net.ipv4.tcp_comp_sack_nr",
	"net.ipv4.tcp_comp_sack_slack_ns", "net.ipv4.tcp_congestion_control",
	"net.ipv4.tcp_dsack", "net.ipv4.tcp_early_demux", "net.ipv4.tcp_early_retrans",
	"net.ipv4.tcp_ecn", "net.ipv4.tcp_ecn_fallback", "net.ipv4.tcp_ecn_option",
	"net.ipv4.tcp_ecn_option_beacon", "net.ipv4.tcp_ehash_entries", "net.ipv4.tcp_fack",
	"net.ipv4.tcp_fastopen", "net.ipv4.tcp_fastopen_blackhole_timeout_sec",
	"net.ipv4.tcp_fastopen_key", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_frto",
	"net.ipv4.tcp_fwmark_accept", "net.ipv4.tcp_invalid_ratelimit",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_l3mdev_accept",
	"net.ipv4.tcp_limit_output_bytes", "net.ipv4.tcp_low_latency",
	"net.ipv4.tcp_max_orphans", "net.ipv4.tcp_max_reordering",
	"net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_mem",
	"net.ipv4.tcp_migrate_req", "net.ipv4.tcp_min_rtt_wlen", "net.ipv4.tcp_min_snd_mss",
	"net.ipv4.tcp_min_tso_segs", "net.ipv4.tcp_moderate_rcvbuf",
	"net.ipv4.tcp_mtu_probe_floor", "net.ipv4.tcp_mtu_probing",
	"net.ipv4.tcp_no_metrics_save", "net.ipv4.tcp_no_ssthresh_metrics_save",
	"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_orphan_retries",
	"net.ipv4.tcp_pacing_ca_ratio", "net.ipv4.tcp_pacing_ss_ratio",
	"net.ipv4.tcp_pingpong_thresh", "net.ipv4.tcp_plb_cong_thresh",
	"net.ipv4.tcp_plb_enabled", "net.ipv4.tcp_plb_idle_rehash_rounds",
	"net.ipv4.tcp_plb_rehash_rounds", "net.ipv4.tcp_plb_suspend_rto_sec",
	"net.ipv4.tcp_probe_interval", "net.ipv4.tcp_probe_threshold",
	"net.ipv4.tcp_recovery", "net.ipv4.tcp_reflect_tos",
	"net.ipv4.tcp_reordering", "net.ipv4.tcp_retrans_collapse", "net.ipv4.tcp_retries1",
	"net.ipv4.tcp_retries2", "net.ipv4.tcp_rfc1337", "net.ipv4.tcp_rmem",
	"net.ipv4.tcp_rto_max_ms", "net.ipv4.tcp_rto_min_us", "net.ipv4.tcp_sack",
	"net.ipv4.tcp_shrink_window", "net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_stdurg", "net.ipv4.tcp_syn_linear_timeouts", "net.ipv4.tcp_syn_retries",
	"net.ipv4.tcp_synack_retries", "net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_thin_linear_timeouts", "net.ipv4.tcp_timestamps",
	"net.ipv4.tcp_tso_rtt_log", "net.ipv4.tcp_tso_win_divisor", "net.ipv4.tcp_tw_recycle",
	"net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_tw_reuse_delay", "net.ipv4.tcp_window_scaling",
	"net.ipv4.tcp_wmem", "net.ipv4.tcp_workaround_signed_windows",
	"net.ipv4.udp_child_hash_entries", "net.ipv4.udp_early_demux",
	"net.ipv4.udp_hash_entries", "net.ipv4.udp_l3mdev_accept", "net.ipv4.udp_mem",
	"net.ipv4.udp_rmem_min", "net.ipv4.udp_wmem_min",
	"net.ipv6.anycast_src_echo_reply", "net.ipv6.auto_flowlabels", "net.ipv6.bindv6only",
	"net.ipv6.flowlabel_consistency", "net.ipv6.flowlabel_reflect",
	"net.ipv6.flowlabel_state_ranges", "net.ipv6.fwmark_reflect", "net.ipv6.idgen_delay",
	"net.ipv6.idgen_retries", "net.ipv6.ip_nonlocal_bind",
	NULL
};

/** last_part() - What follows the last dot: net.ipv4.tcp_sack's tcp_sack */
static const char *last_part(const char *key)
{
	const char *dot = strrchr(key, '.');

	return dot ? dot + 1 : key;
}

/** sysctl_elsewhere() - A name that would be known under another roof; TCP's all stand in net.ipv4 */
static const char *sysctl_elsewhere(const char *key)
{
	const char *part = last_part(key);

	for (size_t i = 0; sysctls[i]; i++)
		if (!strcmp(last_part(sysctls[i]), part) &&
		    (part == key || !strncmp(part, "tcp_", 4)))
			return sysctls[i];
	return NULL;
}

static bool is_known_sysctl(const char *key)
{
	for (size_t i = 0; sysctls[i]; i++)
		if (!strcmp(key, sysctls[i]))
			return true;
	return false;
}

const char *words_known_sysctl(const char *key)
{
	const size_t len = strlen(key);
	const char *nearest = NULL;
	int best = SLIPS_MOST + 1;

	if (is_known_sysctl(key))
		return NULL;
	for (size_t i = 0; sysctls[i]; i++) {
		const int d = distance(key, len, sysctls[i], strlen(sysctls[i]));

		if (d < best) {
			best = d;
			nearest = sysctls[i];
		}
	}
	return nearest ? nearest : sysctl_elsewhere(key);
}
