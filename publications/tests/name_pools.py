"""Names that the benchmark draws from. “_” stands for a blank within a name."""

from __future__ import annotations

# Chinese given names are made of one syllable or two.
SYLLABLES = (
    "an bin bo chang chao chen cheng chun da dan fang fei feng gang guang hai han hao hong hua hui jia jian "
    "jie jin jing jun kai lan lei li lin ling long lu man mei meng min ming na nan ning peng qi qian qiang "
    "qing rong rui shan shu si tao tian ting wei wen xi xia xiang xiao xin xing xue yan yang yi ying yong yu "
    "yuan yue yun ze zhen zhi zi"
)
# Given names, then family names, the commonest first.
POOLS = {
    "chinese": (
        "",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie "
        "Song Tang Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu "
        "Ding Ren Shen Yao Qiu Bai Mo Qin Fang Meng Xiong Duan Lei Hou Long Tao Shi Gu",
    ),
    "western": (
        "James Mary Robert Anna Peter Laura Daniel Emma Thomas Sarah Michael Julia Kevin Alice David Grace "
        "Andrew Helen Mark Claire Brian Rachel Simon Naomi Oliver Ruth Adam Beatrice Colin Diana Edward Fiona "
        "George Hannah Ian Jane Keith Lucy Martin Nora Owen Paula Quentin Rose Stephen Tessa Victor Wendy "
        "Alan Bridget Charles Eleanor Frank Harriet Joseph Karen Leonard Margaret Nathan Olivia Patrick "
        "Rebecca Samuel Theresa William Zoe",
        "Smith Johnson Brown Taylor Miller Wilson Clark Hughes Bennett Foster O'Brien McKay Whitfield Larkin "
        "Ashdown Pemberton Quayle Thorne Vickers Yates D'Angelo Kerr Abbott Barlow Carver Dalton Ellery "
        "Fenwick Goddard Hartley Ingram Jarvis Kendall Langley Marlow Norwood Osborne Prescott Radcliffe "
        "Sheldon Tolliver Underhill Vaughan Wexford Atherton Blackwood Cromwell Davenport Eastman Fairfax "
        "Grantham Holloway Kingsley Lockhart Merriweather Nightingale Pickering Ravenscroft Stanhope "
        "Thackeray Wainwright",
    ),
    "german-nordic": (
        "Jörg Jürgen Anna-Lena Björn Søren Käthe Günther Hans-Peter Lars Ingrid Øyvind Åse Mårten Ulrike "
        "Franziska Niels Göran Håkon Jürg Sigrid Torsten Wiebke Karl-Heinz Lotte Matthias Nele Pär Rüdiger "
        "Sabine Tobias Uwe Friedrich",
        "Müller Schröder Böhm Köhler Größler Ødegård Ångström Sørensen Lindqvist von_der_Heide Jäger Weiß "
        "Kjær Hüttner Brandt Vogel Schütz Nørgaard Löfgren Håland Krüger Steinmüller van_den_Berg "
        "von_Braunfels Zöllner Grünwald Bergström Østby Riedel Thalberg Wächter Fröhlich Hägglund Lütke",
    ),
    "romance": (
        "José María Gabriel Lucía Ana Carlos Sofía João Inês Chloé Étienne Giulia Marco Núria Raúl Benoît "
        "Beatriz Diego Élodie Francesca Gonçalo Hélène Jean-Luc Leonor Matteo Pilar Rocío Sébastien Tomás "
        "Valentina Jean-Marie Iker",
        "García_Márquez Fernández López Ruiz_Ibáñez de_la_Cruz dos_Santos Gonçalves Lefèvre de_Villiers Rossi "
        "Di_Marco Peña Ibarra Castaño Muñoz_Vega Dupont Álvarez_Soto Bianchi Carvalho Delacroix Esposito "
        "Figueiredo Giraud Lombardi Moreau Núñez Ortega_y_Gasset Pereira Quiroga Rinaldi Sepúlveda Teixeira",
    ),
    "indian": (
        "Priya Arjun Kavya Rohan Anjali Vikram Sneha Aditya Pranay Meera Sanjay Nikhil Divya Ganesh Harini "
        "Ishaan Jyoti Karthik Lakshmi Manoj Nandini Parikshit Ramana Shreya Tejas Uma Vivek Yash Akshay "
        "Bhavna Chitra Deepak Esha Gaurav Ila Kiran Madhav Neeraj Prakash Rekha Suresh Tanvi",
        "Sharma Kumar Gupta Singh Patel Iyer Banerjee Khanduri Varma Raghunathan Deshpande Nair Kulkarni "
        "Chatterjee Mukherjee Subramanian Bhattacharya Kompella Ramakrishnan Joshi Mehta Pillai Srinivasan "
        "Rao Agarwal Bose Dutta Ganguly Hegde Jain Kapoor Malhotra Menon Narayanan Puri Shetty",
    ),
    "korean": (
        "Min-Soo Ji-Young Seung-Hyun Hye-Jin Dong-Wook Soo-Min Jae-Hyun Yuna Tae-Hoon Eun-Ji Hyun-Woo Ji-Hoon "
        "Kyung-Min Mi-Kyung Sang-Ho Sung-Jin Woo-Jin Young-Mi Haneul Minji",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song",
    ),
    "vietnamese": (
        "Van_Minh Thi_Lan Duc_Anh Quang_Huy Thanh_Ha Ngoc_Mai Huu_Nam Minh_Tuan Thuy_Linh Van_Hung Hoang_Long "
        "Bao_Chau Thi_Hoa Dinh_Phuc Xuan_Thu Tuan_Kiet Anh_Dung Phuong_Thao Trung_Kien Khanh_Vy Viet_Cuong "
        "My_Duyen Cong_Danh Hai_Yen Ngoc_Son Kim_Oanh Van_Tai Thu_Trang Gia_Bao Quoc_Thinh Hong_Nhung "
        "Nhat_Quang",
        "Nguyen Tran Le Pham Hoang Vu Phan Vo Dang Bui Do Ho Ngo Duong Ly Dinh Trinh Mac",
    ),
    "eastern": (
        "István Zsófia Łukasz Jiří Katarzyna Ivana Mikhail Anastasia Ondřej Ágnes Božena Dimitar Elżbieta "
        "Grzegorz Jovan Ksenia László Małgorzata Nikola Olga Přemysl Radka Sergei Tatiana Vojtěch Wiesława "
        "Yaroslav Žofie",
        "Nagy Kovács Szabó Dvořák Novák Wójcik Richtárik Petrović Sokolov Žižek Horváth Jankowski Kozłowski "
        "Marković Nemeth Orlov Pospíšil Řezníček Stoyanov Tóth Vasiliev Zieliński Hudák Ćosić",
    ),
    "arabic": (
        "Mohammed Fatima Yusuf Layla Omar Huda Khalid Amira Bilal Dalia Faisal Hana Ibrahim Jamila Karim "
        "Leila Nadia Rashad Samira Tariq Adil Basma Ghada Hassan Iman Lubna Mahmoud Rania Sami Zainab",
        "al-Khalili El_Ghaoui bin_Rashid Haddad Mansour al-Sayed Nasser Elhoseiny Ben_Salem al-Masri Farouk "
        "Ghandour Hijazi Jaber Khoury Sabbagh Almashaqbeh Barakat Darwish Fayed Hamdan Issa Maalouf Najjar "
        "Qasem",
    ),
}
