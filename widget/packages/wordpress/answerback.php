<?php
/**
 * Plugin Name: Answerback
 * Description: Comments that answer back, from your own Answerback server, in place of WordPress's own.
 * Version: 0.2.0
 * Requires at least: 6.0
 * Requires PHP: 7.4
 * License: MIT
 * Text Domain: answerback
 */

if (!defined('ABSPATH')) {
    exit;
}
// Classic themes include this file once more, as their template for comments. Functions with names would clash then.
if (defined('ANSWERBACK_LOADED')) {
    echo apply_filters('answerback_tag', '', get_post());
    return;
}
define('ANSWERBACK_LOADED', true);

/** An http(s) address without query and fragment, or nothing. */
$answerback_server = function ($said) {
    $said = preg_replace('/[?#].*/', '', esc_url_raw(trim((string) $said), ['http', 'https']));
    return preg_match('#^https?://[^/]+#', $said) ? untrailingslashit($said) : '';
};

/** The tag for a post; nothing before the settings are filled in, and where a post takes no comments and has none. */
add_filter('answerback_tag', function ($none, $post) {
    $server = get_option('answerback_server', '');
    $site = get_option('answerback_site', '');
    $has_comments = $post && is_singular() && !post_password_required($post)
        && (comments_open($post) || get_comments_number($post) > 0);
    if (!$server || !$site || !$has_comments) {
        return $none;
    }
    $address = wp_parse_url(get_permalink($post));
    $page = ($address['path'] ?? '/') . (isset($address['query']) ? '?' . $address['query'] : '');
    $thread = "$server/t/?site=" . rawurlencode($site) . '&page=' . rawurlencode($page);
    return sprintf(
        '<div id="comments" class="comments-area"><noscript><a href="%4$s">%5$s</a></noscript>'
            . '<script src="%1$s/answerback.js" data-site="%2$s" data-page="%3$s" async></script></div>',
        esc_url($server),
        esc_attr($site),
        esc_attr($page),
        esc_url($thread),
        esc_html__('Read the comments', 'answerback')
    );
}, 10, 2);

// Classic themes ask for a template, block themes render a block.
add_filter('comments_template', function ($template) {
    return apply_filters('answerback_tag', '', get_post()) ? __FILE__ : $template;
}, 99);
add_filter('render_block_core/comments', function ($html) {
    return apply_filters('answerback_tag', '', get_post()) ?: $html;
}, 99);

add_action('admin_init', function () use ($answerback_server) {
    register_setting('answerback', 'answerback_server', ['type' => 'string', 'sanitize_callback' => $answerback_server]);
    register_setting('answerback', 'answerback_site', ['type' => 'string', 'sanitize_callback' => 'sanitize_key']);
});

add_action('admin_menu', function () {
    add_options_page('Answerback', 'Answerback', 'manage_options', 'answerback', function () {
        $fields = [
            'answerback_server' => [__('Server', 'answerback'), 'url', 'https://comments.example.com'],
            'answerback_site' => [__('Site key', 'answerback'), 'text', 'my-blog'],
        ];
        echo '<div class="wrap"><h1>Answerback</h1><form action="options.php" method="post">';
        settings_fields('answerback');
        echo '<table class="form-table" role="presentation">';
        foreach ($fields as $name => [$label, $type, $example]) {
            printf(
                '<tr><th scope="row"><label for="%1$s">%2$s</label></th><td><input class="regular-text" type="%3$s"'
                    . ' id="%1$s" name="%1$s" value="%4$s" placeholder="%5$s" required></td></tr>',
                esc_attr($name),
                esc_html($label),
                esc_attr($type),
                esc_attr(get_option($name, '')),
                esc_attr($example)
            );
        }
        echo '</table>';
        submit_button();
        echo '</form></div>';
    });
});

add_filter('plugin_action_links_' . plugin_basename(__FILE__), function ($links) {
    $address = esc_url(admin_url('options-general.php?page=answerback'));
    return array_merge(["<a href=\"$address\">" . esc_html__('Settings', 'answerback') . '</a>'], $links);
});
